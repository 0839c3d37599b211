import { RE2JS } from 're2js';
import { invalidArgument } from '../errors.ts';
import { type Labels, labelValue } from './labels.ts';

/** A condition on one label, as Alertmanager writes them: `level=~"high|critical"`, `host!="lab"`. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const maxPatternLength = 1_000;
/** No two parts beside each other take the same signs, so that a text that is none is found to be so in one pass. */
const written = /^([\p{L}_][\p{L}\p{N}_.:-]*)\s*(=~|!~|!=|=)(?:\s*"((?:[^"\\]|\\.)*)"|([^"]*))$/u;

/** Reads `label op value`; the value may stand in double quotes. A missing label is the empty text. */
export function parseMatcher(text: string): Matcher {
  const found = written.exec(text.trim());
  if (!found) throw invalidArgument(`matcher ${JSON.stringify(text)}`, 'label, one of = != =~ !~, value');
  const [, label, op, quoted, bare] = found;
  const value = quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll(/\\(.)/g, '$1');
  return { label, op, value } as Matcher;
}

export type Matches = (labels: Labels) => boolean;

/** All of the matchers at once. Regular expressions hold for the whole value and run in linear time (RE2). */
export function compileMatchers(matchers: readonly (Matcher | string)[], where = 'matchers'): Matches {
  const tests = matchers.map((one) => compile(typeof one === 'string' ? parseMatcher(one) : one, where));
  return (labels) => tests.every((test) => test(labels));
}

function compile({ label, op, value }: Matcher, where: string): Matches {
  if (op === '=') return (labels) => labelValue(labels, label) === value;
  if (op === '!=') return (labels) => labelValue(labels, label) !== value;
  if (value.length > maxPatternLength) {
    throw invalidArgument(`${where}: pattern of ${label}`, `at most ${maxPatternLength} characters`);
  }
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(value, RE2JS.DOTALL);
  } catch (error) {
    throw invalidArgument(`${where}: pattern of ${label}`, `an RE2 expression (${(error as Error).message})`);
  }
  const wanted = op === '=~';
  return (labels) => pattern.matches(labelValue(labels, label)) === wanted;
}
