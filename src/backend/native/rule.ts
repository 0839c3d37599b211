import type { Evaluated, RuleBackend, RuleProgram } from '../contract/rule.ts';
import { Explainer } from '../portable/rule/explain.ts';
import { fromNative } from './error.ts';

declare const compiled: unique symbol;
/** An external that holds a compiled program. */
type CompiledRules = { readonly [compiled]: never };

/** The addon's functions of this area. */
export interface RuleAddon {
  rulesCompile(program: Uint8Array, known: number): CompiledRules;
  rulesEvaluate(
    rules: CompiledRules,
    ndjson: Uint8Array,
    length: number,
    logsources: Uint32Array,
    out: Uint32Array,
  ): number;
  rulesEvaluateAsync(rules: CompiledRules, ndjson: Uint8Array, logsources: Uint32Array): Promise<Uint32Array>;
  rulesDecode(rules: CompiledRules, ndjson: Uint8Array): number;
  rulesClose(rules: CompiledRules): void;
}

const rowWords = 4;
const headWords = 6;
type Head = [
  events: number,
  lines: number,
  hitRows: number,
  faultRows: number,
  cacheHits: number,
  cacheMisses: number,
];

export const nativeRule = (addon: RuleAddon): RuleBackend => ({
  compileRules(program, { known = false } = {}) {
    const rules = crossing(() => addon.rulesCompile(program, known ? 1 : 0));
    let out = new Uint32Array(1024);
    let explainer: Explainer | undefined;
    return {
      evaluate(ndjson, length, logsources) {
        let words = crossing(() => addon.rulesEvaluate(rules, ndjson, length, logsources, out));
        if (words > out.length) {
          out = new Uint32Array(words * 2);
          words = crossing(() => addon.rulesEvaluate(rules, ndjson, length, logsources, out));
        }
        return unpack(words === headWords ? out : out.slice(0, words));
      },
      evaluateAsync: async (ndjson, logsources) =>
        unpack(await crossing(() => addon.rulesEvaluateAsync(rules, ndjson, logsources))),
      decode: (ndjson) => crossing(() => addon.rulesDecode(rules, ndjson)),
      explain(event, rule) {
        // Explaining is rare and gives strings: JavaScript does it for both back ends.
        explainer ??= new Explainer(JSON.parse(Buffer.from(program).toString()) as RuleProgram);
        return explainer.explain(event, rule);
      },
      close: () => addon.rulesClose(rules),
    };
  },
});

function crossing<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromNative(error);
  }
}

const none = new Uint32Array(0);

function unpack(words: Uint32Array): Evaluated {
  const [events, lines, hitRows, faultRows, cacheHits, cacheMisses] = words as unknown as Head;
  const faultsAt = headWords + hitRows * rowWords;
  return {
    events,
    lines,
    cacheHits,
    cacheMisses,
    hits: hitRows === 0 ? none : words.subarray(headWords, faultsAt),
    faults: faultRows === 0 ? none : words.subarray(faultsAt, faultsAt + faultRows * rowWords),
  };
}
