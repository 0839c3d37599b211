import { styleText } from 'node:util';
import { type Detection, type Severity, severities } from '../../detect/index.ts';
import { printable } from '../printable.ts';
import type { ScanFault, ScanFigures } from './scan.ts';

const colours: Readonly<Record<Severity, Parameters<typeof styleText>[0]>> = {
  informational: 'gray',
  low: 'cyan',
  medium: 'yellow',
  high: 'red',
  critical: ['bold', 'red'],
};

/** Colours only where they are wanted: `styleText` looks at the stream, NO_COLOR and FORCE_COLOR. */
const paint = (level: Severity, text: string) => styleText(colours[level], text, { stream: process.stdout });
const dim = (text: string) => styleText('dim', text, { stream: process.stdout });

/** One detection as a row of the table. */
export function detectionRow(detection: Detection): string {
  const { event, level, title, tags, eventTimeMs, correlation } = detection;
  const time =
    eventTimeMs === undefined ? '' : new Date(eventTimeMs).toISOString().slice(0, 19).replace('T', ' ');
  const place = `${shorten(event.source ?? '-', 40)}:${event.line ?? event.index}`;
  const techniques = printable(techniquesOf(tags).join(' '));
  const what = correlation ? `${correlation.count} in ${entries(correlation.group)}` : matchedText(detection);
  return [
    paint(level, level.padEnd(13)),
    time.padEnd(19),
    printable(place).padEnd(28),
    printable(title),
    techniques === '' ? '' : dim(techniques),
    what === '' ? '' : `\n${' '.repeat(15)}${dim(printable(shorten(what, 160)))}`,
  ]
    .filter((part, index) => index < 4 || part !== '')
    .join('  ');
}

const entries = (group: Readonly<Record<string, string>>) =>
  Object.entries(group)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const matchedText = ({ matched }: Detection) =>
  matched.map(({ field, value }) => `${field}=${shorten(value.replace(/\s+/g, ' '), 80)}`).join('  ');

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** ATT&CK techniques among tags, e.g. `T1059.001`. */
function techniquesOf(tags: readonly string[]): string[] {
  return tags
    .filter((tag) => /^attack\.t\d{4}/i.test(tag))
    .map((tag) => tag.slice('attack.'.length).toUpperCase());
}

/** Counts by severity, technique and rule. */
export class Summary {
  readonly #bySeverity = new Map<Severity, number>();
  readonly #byTechnique = new Map<string, number>();
  readonly #byRule = new Map<string, number>();

  add({ level, tags, title }: Detection): void {
    bump(this.#bySeverity, level);
    for (const technique of techniquesOf(tags)) bump(this.#byTechnique, technique);
    bump(this.#byRule, title);
  }

  /** Whether anything was found at this level or above. */
  reaches(level: Severity): boolean {
    return severities.slice(severities.indexOf(level)).some((each) => this.#bySeverity.has(each));
  }

  lines(figures: ScanFigures, faults: readonly ScanFault[]): string[] {
    const { sources, events, bytes, detections, detectMs } = figures;
    const seconds = detectMs / 1000;
    const severity = [...severities]
      .reverse()
      .filter((level) => this.#bySeverity.has(level))
      .map((level) => paint(level, `${this.#bySeverity.get(level)} ${level}`));
    const lines = [
      `${detections} detections in ${events} events of ${sources} ${sources === 1 ? 'source' : 'sources'}${
        severity.length > 0 ? `: ${severity.join(', ')}` : ''
      }`,
    ];
    const techniques = top(this.#byTechnique, 8);
    if (techniques.length > 0)
      lines.push(`ATT&CK: ${printable(techniques.map(([name, count]) => `${name} ×${count}`).join(', '))}`);
    const rules = top(this.#byRule, 5);
    if (rules.length > 0)
      lines.push(`Rules: ${printable(rules.map(([name, count]) => `${name} ×${count}`).join(', '))}`);
    if (events > 0 && seconds > 0) {
      lines.push(
        dim(
          `${Math.round(events / seconds).toLocaleString('en')} events/s, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s in detection`,
        ),
      );
    }
    if (figures.faults > 0) {
      const shown = faults.map(({ source, line, code, message }) =>
        printable(`  ${source}${line === undefined ? '' : `:${line}`}: ${code}: ${message}`),
      );
      const more = figures.faults - faults.length;
      lines.push(`${figures.faults} lines or sources could not be read:`, ...shown);
      if (more > 0) lines.push(`  … and ${more} more`);
    }
    return lines;
  }
}

function bump<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function top<K>(counts: ReadonlyMap<K, number>, most: number): [K, number][] {
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, most);
}
