import type { Notification } from '../notification.ts';

/** A text with `{{path}}` places, e.g. `{{level}}: {{alerts.0.title}} on {{labels.host}}`; or a function. */
export type Template = string | ((notification: Notification) => string);

const place = /\{\{\s*([\w.-]+)\s*\}\}/g;
const maxCharacters = 16_000;

/** Fills the places; what is not there becomes empty. Escaping is the receiver's, which knows its format. */
export function render(template: Template, notification: Notification): string {
  const text =
    typeof template === 'function'
      ? template(notification)
      : template.replaceAll(place, (_, path: string) => textOf(at(notification, path)));
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text;
}

/** The value at a dotted path. Names that hold dots themselves (`entities.source.ip`) are tried whole first. */
function at(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(value, head)) continue;
    return at((value as Record<string, unknown>)[head], path.slice(dot + 1));
  }
  return undefined;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
