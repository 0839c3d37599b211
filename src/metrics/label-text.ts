/** Longest label value in UTF-16 code units; what is longer is cut and ends in `…`. */
const maxLabelValueLength = 1024;

const special = /[\\"\n]/;

/** A label value as it is shown: cut to size, whole characters alone. */
export function shownValue(value: string): string {
  const cut = value.length > maxLabelValueLength ? `${value.slice(0, maxLabelValueLength - 1)}…` : value;
  return cut.isWellFormed() ? cut : cut.toWellFormed();
}

/** The same as both text formats write it: backslash, quote and newline escaped. */
function escapeLabelValue(value: string): string {
  const whole = shownValue(value);
  if (!special.test(whole)) return whole;
  return whole.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** `name="value"` pairs joined by commas, without the braces: the serialiser adds `le` and `quantile`. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  let text = '';
  for (let i = 0; i < names.length; i++) {
    text += `${i === 0 ? '' : ','}${names[i]}="${escapeLabelValue(values[i] ?? '')}"`;
  }
  return text;
}

/** HELP text: backslash and newline escaped; OpenMetrics also escapes quotes. */
export function escapeHelp(help: string, openMetrics: boolean): string {
  const text = help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return openMetrics ? text.replaceAll('"', '\\"') : text;
}

/** A number as both text formats write it. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '0' : String(value);
}

/** The value of `le` or `quantile`: OpenMetrics wants a fraction or an exponent in it. */
export function boundText(value: number, openMetrics: boolean): string {
  const text = numberText(value);
  return openMetrics && /^-?\d+$/.test(text) ? `${text}.0` : text;
}
