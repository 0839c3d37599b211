/** A value met under a field: text (numbers and booleans as JavaScript writes them), null, or a container. */
export type Met = { readonly text: string } | 'null' | 'container';

/**
 * Everything that stands under a name whose dots are nesting, part of a key, or both; `*` between dots is any one
 * key; arrays are looked into.
 */
export function valuesOf(event: unknown, name: string): Met[] {
  if (Array.isArray(event)) return event.flatMap((each) => valuesOf(each, name));
  if (typeof event !== 'object' || event === null) return [];
  return Object.entries(event).flatMap(([key, value]) => {
    if (key === name || name === '*') return met(value);
    const named = name.startsWith(`${key}.`) ? valuesOf(value, name.slice(key.length + 1)) : [];
    return name.startsWith('*.') ? [...named, ...valuesOf(value, name.slice(2))] : named;
  });
}

function met(value: unknown): Met[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['container', ...value.flatMap(met)];
  if (typeof value === 'object') return ['container'];
  return [{ text: String(value).toWellFormed() }];
}

/** Every scalar of an event, for keywords. */
export function everyValue(event: unknown): Met[] {
  if (typeof event !== 'object' || event === null) return met(event);
  return Object.values(event).flatMap(everyValue);
}
