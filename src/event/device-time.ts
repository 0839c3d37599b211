const written = /^([A-Z][a-z]{2} \d{1,2} \d{4} \d\d:\d\d:\d\d(?:\.\d{1,9})?)(?: (?:UTC|GMT))?$/;

/** When the device had the event, by CEF and LEEF: milliseconds since the epoch, or a date with its year, in UTC. */
export function deviceTime(value: string | number | undefined): string | undefined {
  const text = String(value ?? '');
  const date = written.exec(text)?.[1];
  const timeMs = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(`${date} UTC`);
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs).toISOString();
}
