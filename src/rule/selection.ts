import { and, anyField, type Expression, or } from './expression.ts';
import { invalid, type NodePath } from './fault.ts';
import { itemExpression, type Placeholders } from './modifier.ts';

/** The selections of a `detection` section by name, without its condition. */
export function parseSelections(
  detection: Readonly<Record<string, unknown>>,
  path: NodePath,
  placeholders: Placeholders,
): Map<string, Expression> {
  const selections = new Map<string, Expression>();
  for (const [name, definition] of Object.entries(detection)) {
    if (name === 'condition' || name === 'timeframe' || name === 'rules') continue;
    selections.set(name, selection(definition, [...path, name], placeholders));
  }
  return selections;
}

/** A map is a conjunction; a list is a disjunction of maps and keywords (Sigma specification, "Lists", "Maps"). */
function selection(definition: unknown, path: NodePath, placeholders: Placeholders): Expression {
  if (Array.isArray(definition)) {
    if (definition.length === 0) throw invalid('a selection cannot be an empty list', path);
    const maps: Expression[] = [];
    const keywords: unknown[] = [];
    definition.forEach((each, index) => {
      if (typeof each === 'object' && each !== null)
        maps.push(selection(each, [...path, index], placeholders));
      else keywords.push(each);
    });
    if (keywords.length > 0) maps.push(itemExpression(anyField, keywords, path, placeholders));
    return or(maps);
  }
  if (typeof definition === 'object' && definition !== null) {
    const items = Object.entries(definition);
    if (items.length === 0) throw invalid('a selection cannot be an empty map', path);
    return and(items.map(([key, value]) => itemExpression(key, value, [...path, key], placeholders)));
  }
  if (definition === null || definition === undefined) throw invalid('a selection cannot be empty', path);
  return itemExpression(anyField, definition, path, placeholders);
}
