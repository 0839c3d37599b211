import { readFile } from 'node:fs/promises';
import { load, YAMLException } from 'js-yaml';
import type { Logsource } from '../../detect/index.ts';
import { WolfsecError } from '../../errors.ts';
import { type Format, formatNamed } from '../../event/index.ts';

/** An event that a rule is run against. */
export interface ExpectedEvent {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly format?: Format;
  readonly line?: string;
  readonly logsource?: Logsource;
}

/** What a rule must and must not fire on; an entry of several events is a sequence. */
export interface Expectation {
  readonly rule: string;
  readonly fires: readonly (readonly ExpectedEvent[])[];
  readonly silent: readonly (readonly ExpectedEvent[])[];
}

/**
 * Reads a file of expectations (see `rules/README.md`).
 *
 * @throws {WolfsecError} `WOLFSEC_RULE_INVALID` naming what is missing.
 */
export async function readExpectations(file: string): Promise<Expectation> {
  const content = yamlOf(await readFile(file, 'utf8'), file) as Record<string, unknown>;
  if (typeof content?.rule !== 'string') {
    throw new WolfsecError('WOLFSEC_RULE_INVALID', 'an expectation names its rule', { location: { file } });
  }
  return { rule: content.rule, fires: sequences(content.fires), silent: sequences(content.silent) };
}

function yamlOf(text: string, file: string): unknown {
  try {
    return load(text);
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const { line = 0, column = 0 } = cause.mark ?? {};
    throw new WolfsecError('WOLFSEC_RULE_INVALID', `not valid YAML: ${cause.reason}`, {
      location: { file, line: line + 1, column: column + 1 },
      cause,
    });
  }
}

function sequences(value: unknown): ExpectedEvent[][] {
  if (!Array.isArray(value)) return [];
  return value.map((entry) => (Array.isArray(entry) ? entry : [entry]).map(expectedEvent));
}

function expectedEvent(entry: unknown): ExpectedEvent {
  const { $format, $line, $logsource, ...fields } = entry as Record<string, unknown>;
  return {
    fields,
    ...(typeof $format === 'string' ? { format: formatNamed($format) } : {}),
    ...(typeof $line === 'string' ? { line: $line } : {}),
    ...(typeof $logsource === 'object' && $logsource !== null ? { logsource: $logsource as Logsource } : {}),
  };
}
