import type { Frame } from './stacks.ts';

interface Packed {
  readonly n: string;
  readonly v: number;
  readonly c?: readonly Packed[];
}

/** A flame graph as one HTML file that needs nothing else: click to zoom, type to search. */
export function flameGraph(title: string, unit: string, root: Frame): string {
  const data = JSON.stringify(pack(root, root.value / 2000)).replaceAll('<', '\\u003c');
  const safe = title.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<!doctype html>
<meta charset="utf-8"><title>${safe}</title>
<style>
  body { font: 13px system-ui, sans-serif; margin: 16px; color: #222; background: #fff }
  h1 { font-size: 16px } input { font: inherit; padding: 2px 6px } #told { height: 1.5em; margin: 6px 0 }
  svg text { font: 11px ui-monospace, monospace; pointer-events: none } svg g { cursor: pointer }
  rect { stroke: #fff; stroke-width: .5 } .found rect { fill: #7b3ff2 !important } .found text { fill: #fff }
  i { display: inline-block; width: 10px; height: 10px; margin: 0 4px 0 12px }
</style>
<h1>${safe}</h1>
<label>Search <input id="search"></label>
<i style="background:#f4c95d"></i>JavaScript <i style="background:#e4572e"></i>Wolfsec native
<i style="background:#9fb8ad"></i>Node and system
<div id="told"></div>
<svg id="graph" width="100%"></svg>
<script>
const root = ${data}, unit = ${JSON.stringify(unit)};
${script}
</script>
`;
}

/** Frames too thin to see are left out. */
function pack(frame: Frame, least: number): Packed {
  const children = [...frame.children.values()]
    .filter((child) => child.value >= least)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((child) => pack(child, least));
  return { n: frame.name, v: Math.round(frame.value), ...(children.length > 0 ? { c: children } : {}) };
}

const script = `
const svg = document.getElementById('graph'), told = document.getElementById('told');
const search = document.getElementById('search'), rowPx = 18;
let zoomed = [root];
const colour = (n) => /\\[native\\]$/.test(n) ? '#e4572e' : /\\[js.?\\]$|\\.[mc]?[jt]s:/.test(n) ? '#f4c95d' : '#9fb8ad';
const element = (name, attributes, parent) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  return parent.appendChild(made);
};
const text = (f) => f.n + ' — ' + f.v.toLocaleString() + ' ' + unit + ', ' + (100 * f.v / root.v).toFixed(2) + ' %';
function draw() {
  svg.textContent = '';
  const width = svg.clientWidth || 1200, wanted = search.value.toLowerCase();
  let deepest = 0, found = 0;
  const place = (f, path, x, w, depth, counted) => {
    deepest = Math.max(deepest, depth);
    const hit = wanted && f.n.toLowerCase().includes(wanted);
    if (hit && !counted) found += f.v;
    if (w >= 0.4) {
      const g = element('g', hit ? { class: 'found' } : {}, svg);
      element('rect', { x, y: depth * rowPx, width: w, height: rowPx - 1, fill: colour(f.n) }, g);
      const room = Math.floor(w / 6.7) - 1;
      if (room > 2) {
        const label = element('text', { x: x + 3, y: depth * rowPx + 12 }, g);
        label.textContent = f.n.length > room ? f.n.slice(0, room - 1) + '…' : f.n;
      }
      element('title', {}, g).textContent = text(f);
      g.onmouseenter = () => { told.textContent = text(f); };
      g.onclick = () => { zoomed = path; draw(); };
      let at = x;
      for (const child of f.c || []) {
        const share = w * child.v / f.v;
        place(child, [...path, child], at, share, depth + 1, counted || hit);
        at += share;
      }
    }
  };
  zoomed.slice(0, -1).forEach((f, depth) => place({ n: f.n, v: f.v }, zoomed.slice(0, depth + 1), 0, width, depth, true));
  place(zoomed[zoomed.length - 1], zoomed, 0, width, zoomed.length - 1, false);
  svg.setAttribute('height', (deepest + 1) * rowPx);
  told.textContent = wanted ? 'matched: ' + (100 * found / root.v).toFixed(2) + ' %' : '';
}
search.oninput = draw; addEventListener('resize', draw); draw();
`;
