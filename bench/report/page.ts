import type { GroupHistory, Run } from './history.ts';

export interface PageParts {
  readonly chartScript: string;
  readonly chartStyle: string;
  readonly groups: readonly GroupHistory[];
  readonly runs: readonly Run[];
  readonly madeAt: string;
}

/** The report as one HTML file that needs no network: a chart and a table for every group. */
export function page({ chartScript, chartStyle, groups, runs, madeAt }: PageParts): string {
  const data = JSON.stringify({ groups, runs }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Wolfsec benches</title>
<style>${chartStyle}${style}</style>
<h1>Wolfsec benches</h1>
<p id="about">${runs.length} runs, made ${madeAt}</p>
<nav>
  <label>Area <select id="area"></select></label>
  <label>Find <input id="find" type="search" placeholder="group"></label>
  <label>Show <select id="unit"><option value="ns">time per operation</option>
    <option value="adjusted">time over the arithmetic reference</option></select></label>
</nav>
<main id="groups"></main>
<script>${chartScript}</script>
<script>const data = ${data};${script}</script>
</html>
`;
}

const style = `
:root { color-scheme: light dark; scrollbar-gutter: stable; --back: #fff; --text: #1d2330; --quiet: #5b6475; --line: #d9dde5 }
@media (prefers-color-scheme: dark) { :root { --back: #14171d; --text: #e6e9f0; --quiet: #a2abbd; --line: #313845 } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 16px; max-width: 1200px; background: var(--back); color: var(--text) }
h1 { font-size: 22px; margin: 0 } h2 { font-size: 16px; margin: 0 0 8px } #about { color: var(--quiet); margin: 4px 0 12px }
nav { display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 16px } select, input { font: inherit }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); gap: 16px }
section { border: 1px solid var(--line); border-radius: 8px; padding: 12px; min-width: 0; overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13px }
th, td { text-align: right; padding: 2px 8px; border-top: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child { text-align: left } .u-legend { font-size: 12px; text-align: left }
`;

const script = `
const colours = { native: '#d1495b', portable: '#2e86ab' }, others = ['#3c9d5f', '#b8860b', '#7b5cc4', '#6b7280', '#0f9d9d'];
const area = document.getElementById('area'), find = document.getElementById('find'), unit = document.getElementById('unit');
for (const name of new Set(data.groups.map((g) => g.area))) area.add(new Option(name));
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const digits = (v) => v == null ? '–' : v >= 1000 ? Math.round(v).toLocaleString() : String(+v.toPrecision(3));
function table(group, names) {
  const last = (name) => group.cases[name].at(-1), portable = group.cases.portable && last('portable');
  const rows = names.map((name) => {
    const p = last(name), speed = portable && name !== 'portable' ? digits(portable.ns / p.ns) + '×' : '';
    const rate = group.bytes ? digits(group.bytes * 1e3 / p.ns) : '';
    const first = group.cases[name][0], change = 100 * (p.adjusted / first.adjusted - 1);
    return [name, digits(p.ns), digits(p.p99Ns), digits(1e9 / p.ns), rate, speed, (change >= 0 ? '+' : '') + change.toFixed(1) + ' %'];
  });
  const made = document.createElement('table');
  for (const cells of [['last run', 'ns', 'p99 ns', 'ops/s', group.bytes ? 'MB/s' : '', 'vs portable', 'since first'], ...rows]) {
    const row = made.insertRow();
    for (const text of cells) {
      const cell = document.createElement(row.rowIndex === 0 ? 'th' : 'td');
      cell.textContent = text;
      row.append(cell);
    }
  }
  return made;
}
function draw() {
  const main = document.getElementById('groups');
  main.textContent = '';
  const wanted = find.value.toLowerCase();
  for (const group of data.groups) {
    if (group.area !== area.value || !group.group.toLowerCase().includes(wanted)) continue;
    const section = document.createElement('section'), title = document.createElement('h2');
    title.textContent = group.group;
    section.append(title);
    main.append(section);
    const names = Object.keys(group.cases);
    const times = [...new Set(names.flatMap((n) => group.cases[n].map((p) => p.at)))].sort((a, b) => a - b);
    const lines = names.map((n) => {
      const at = new Map(group.cases[n].map((p) => [p.at, p[unit.value]]));
      return times.map((t) => at.get(t) ?? null);
    });
    let spare = 0;
    const axis = { stroke: css('--quiet'), grid: { stroke: css('--line') }, ticks: { stroke: css('--line') } };
    new uPlot({
      width: Math.max(section.clientWidth - 24, 280), height: 200, cursor: { y: false },
      // Of a single run uPlot would show years.
      scales: { x: { range: (u, from, to) => times.length === 1 ? [times[0] - 3600, times[0] + 3600] : [from, to] }, y: { distr: 3 } },
      axes: [{ ...axis, space: 90 }, { ...axis, size: 64, values: (u, ticks) => ticks.map((v) => v == null ? '' : digits(v)) }],
      series: [{}, ...names.map((n) => ({
        label: n, stroke: colours[n] ?? others[spare++ % others.length], width: 2, spanGaps: true,
        points: { show: true, size: 6 }, value: (u, v) => digits(v),
      }))],
    }, [times, ...lines], section);
    section.append(table(group, names));
  }
  if (!main.hasChildNodes()) main.textContent = 'No such group.';
}
area.onchange = unit.onchange = find.oninput = draw;
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
let pending;
addEventListener('resize', () => { clearTimeout(pending); pending = setTimeout(draw, 150); });
draw();
`;
