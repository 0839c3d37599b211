import type { Level } from '../../server/api.ts';

/** Worst first. */
export const levels: readonly Level[] = ['critical', 'high', 'medium', 'low', 'informational'];

/** `Critical`, `Info` */
export const levelName = (level: Level) =>
  level === 'informational' ? 'Info' : `${level[0]?.toUpperCase()}${level.slice(1)}`;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12,345` */
export const count = (value: number) => whole.format(value);
/** `12.3K` */
export const compact = (value: number) => short.format(value);
/** `1 alert`, `2 alerts` */
export const plural = (amount: number, noun: string) => `${count(amount)} ${noun}${amount === 1 ? '' : 's'}`;
/** Of something a second: a decimal where there are few. */
export const rate = (value: number) =>
  value > 0 && value < 10 ? String(Math.round(value * 10) / 10) : compact(Math.round(value));
/** A share of 1: `12 %`, `0.3 %` */
export const percent = (share: number) => `${significant(share * 100)} %`;
/** `1.2 ms`, `3.4 s` */
export const millis = (ms: number) =>
  ms >= 1_000 ? `${significant(ms / 1_000)} s` : `${significant(ms)} ms`;
/** `350 ns`, `1.2 µs`; under one is too little to be measured */
export const nanos = (ns: number) =>
  ns < 1
    ? '< 1 ns'
    : ns >= 1e6
      ? millis(ns / 1e6)
      : ns >= 1_000
        ? `${significant(ns / 1_000)} µs`
        : `${significant(ns)} ns`;

/** Binary steps: `96 MiB` */
export function bytes(amount: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const step = Math.min(units.length - 1, amount < 1 ? 0 : Math.floor(Math.log2(amount) / 10));
  return `${significant(amount / 1_024 ** step)} ${units[step]}`;
}

/** Two digits, or as many as stand before the point. */
const significant = (value: number) =>
  Math.abs(value) >= 10 ? whole.format(value) : String(Number(value.toPrecision(2)));

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long, in one unit: `45 s`, `12 min`, `3 h`, `5 d` */
export function spanOf(ms: number): string {
  if (ms < minuteMs) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  if (ms < hourMs) return `${Math.round(ms / minuteMs)} min`;
  if (ms < 2 * dayMs) return `${Math.round(ms / hourMs)} h`;
  return `${Math.round(ms / dayMs)} d`;
}

/** `just now`, `12 s ago` */
export function ago(ms: number, nowMs = Date.now()): string {
  const past = nowMs - ms;
  // Clocks differ a little: what is a moment ahead is now.
  return past < 5_000 ? 'just now' : `${spanOf(past)} ago`;
}

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const minute = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });

/** Date, time and zone, in the reader's own form. */
export const fullTime = (ms: number) => full.format(ms);
/** `14:03:20`, local */
export const clockTime = (ms: number) => clock.format(ms);

/** The time of a step on a chart: its date too where a step is an hour or longer and begins a day, or is a day. */
export function stepTime(ms: number, stepMs: number): string {
  if (stepMs >= dayMs) return day.format(ms);
  const time = minute.format(ms);
  return stepMs >= hourMs || time === '00:00' ? `${day.format(ms)} ${time}` : time;
}

/** Technique ids among Sigma tags, e.g. `T1110.001` of `attack.t1110.001`. */
export const techniquesOf = (tags: readonly string[]) =>
  tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []);

const entityNames: Readonly<Record<string, string>> = {
  'host.name': 'host',
  'user.name': 'user',
  'source.ip': 'source',
  'client.ip': 'client',
  'destination.ip': 'destination',
};

/** What an entity or label is called in the page: `host` for `host.name`. */
export const entityName = (name: string) => entityNames[name] ?? name;
