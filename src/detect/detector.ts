import { availableParallelism } from 'node:os';
import { type Evaluated, eventFault, type RuleEngine } from '../backend/contract/rule.ts';
import { activeBackend, backendByName } from '../backend/select.ts';
import { invalidArgument, WolfsecError } from '../errors.ts';
import type { CorrelationRule, Logsource, RefusedRule, RuleMeta } from '../rule/index.ts';
import { BatchCopies } from './batch-copies.ts';
import type { RuleBundle } from './bundle.ts';
import { Correlator, type CorrelatorFigures } from './correlate/correlator.ts';
import type { CorrelationHit } from './correlate/router.ts';
import type { Detection, EventReference } from './detection.ts';
import { entitiesOf, eventTimeMs, fieldValue } from './event-fields.ts';
import { eventError, type LineFault, lineFault } from './fault.ts';
import { DetectMetrics } from './metrics.ts';
import { openRules } from './open-rules.ts';
import type { BatchResult, DetectOptions, ThreatDetectorOptions } from './options.ts';
import type { BundledRule } from './rule-table.ts';
import { splitLines } from './split.ts';

/** Everything that is replaced when rules are loaded anew. */
interface Loaded {
  readonly bundle: RuleBundle;
  readonly engine: RuleEngine;
  readonly correlator: Correlator;
  /** Whether a rule's hits are detections of their own. */
  readonly reported: readonly boolean[];
  readonly idOf: (reference: string) => string;
  /** Batches under way off this thread, for which the engine stays open. */
  batches: number;
  retired: boolean;
}

/** Closes the engine, behind the last batch that is under way. */
function retire(loaded: Loaded): void {
  loaded.retired = true;
  if (loaded.batches === 0) loaded.engine.close();
}

/** Batches up to this many bytes are evaluated in one piece. */
const pieceBytes = 256 * 1024;

const recogniseEach = new Uint32Array(0);

/**
 * Detects threats in events by Sigma rules, single and correlated.
 *
 * ```ts
 * using detector = await ThreatDetector.create({ rules: 'rules' });
 * for (const detection of detector.detect({ Image: 'C:\\Windows\\System32\\whoami.exe' })) …
 * ```
 */
export class ThreatDetector implements Disposable {
  readonly #options: ThreatDetectorOptions;
  #loaded: Loaded | undefined;
  readonly #metrics: DetectMetrics | undefined;
  #scratch = Buffer.allocUnsafe(64 * 1024);
  readonly #copies = new BatchCopies();

  private constructor(options: ThreatDetectorOptions, loaded: Loaded, metrics: DetectMetrics | undefined) {
    this.#options = options;
    this.#loaded = loaded;
    this.#metrics = metrics;
    metrics?.loaded(loaded);
  }

  /**
   * Loads the rules. A rule at fault is left out and listed in {@link refused}.
   *
   * @throws {WolfsecError} `WOLFSEC_RULE_NOT_FOUND` for a path that names nothing.
   */
  static async create(options: ThreatDetectorOptions): Promise<ThreatDetector> {
    if (typeof options !== 'object' || options === null || options.rules === undefined) {
      throw invalidArgument('options.rules', 'a path, a list of paths or a list of rule sources');
    }
    const metrics = options.registry && new DetectMetrics(options.registry);
    try {
      return new ThreatDetector(options, await load(options), metrics);
    } catch (error) {
      metrics?.loadFailed();
      metrics?.[Symbol.dispose]();
      throw error;
    }
  }

  /** The detection rules in use. */
  get rules(): readonly RuleMeta[] {
    return this.#current.bundle.rules.all();
  }

  /** The correlation rules in use. */
  get correlations(): readonly CorrelationRule[] {
    return this.#current.bundle.correlations;
  }

  /** Rules that were refused, each with its reason and place. */
  get refused(): readonly RefusedRule[] {
    return this.#current.bundle.refused;
  }

  /** A fresh correlator over the rules in use, for hits that were handed out. */
  correlator(): Correlator {
    const { bundle, idOf } = this.#current;
    return new Correlator(bundle.correlations, idOf, this.#options.correlation);
  }

  /** What the bounds of correlation memory cost so far. */
  get correlationFigures(): CorrelatorFigures {
    return this.#current.correlator.figures;
  }

  /**
   * Evaluates one event.
   *
   * @param event an object that survives JSON, or its JSON.
   * @throws {WolfsecError} `WOLFSEC_EVENT_INVALID` where it is not an event.
   */
  detect(event: object | string | Uint8Array, options: DetectOptions = {}): Detection[] {
    const { bytes, length } = this.#encode(event);
    const loaded = this.#current;
    const evaluated = loaded.engine.evaluate(bytes, length, logsourcesOf(loaded, options.logsource));
    // A blank line is no event either.
    const fault = evaluated.faults[3] ?? (evaluated.events === 0 ? eventFault.syntax : undefined);
    this.#metrics?.evaluated(evaluated);
    if (fault !== undefined) {
      this.#metrics?.faulty(fault);
      throw eventError(lineFault(0, fault));
    }
    if (evaluated.hits.length === 0) return [];
    const detections = this.#detections(loaded, evaluated, bytes, options, 0, []);
    this.#metrics?.detected(detections);
    return detections;
  }

  /** Evaluates NDJSON, or a list of events, on this thread. */
  detectBatch(batch: Uint8Array | readonly object[], options: DetectOptions = {}): BatchResult {
    const loaded = this.#current;
    const startedMs = performance.now();
    const bytes = batchBytes(batch);
    const evaluated = loaded.engine.evaluate(bytes, bytes.length, logsourcesOf(loaded, options.logsource));
    return this.#result(loaded, [{ evaluated, bytes }], options, startedMs);
  }

  /**
   * Evaluates NDJSON, or a list of events, off this thread where the back end can: in pieces on all cores,
   * their order kept. It works on a copy: what becomes of the bytes afterwards is the caller's affair.
   */
  async processBatch(
    batch: Uint8Array | readonly object[],
    options: DetectOptions = {},
  ): Promise<BatchResult> {
    const bytes = batchBytes(batch);
    if (bytes !== batch) return this.processOwned(bytes, options);
    return this.#copies.lend(bytes, (copy) => this.processOwned(copy, options));
  }

  /** @internal As {@link processBatch}, in memory that nobody changes, moves or detaches until the promise settles. */
  async processOwned(bytes: Uint8Array, options: DetectOptions = {}): Promise<BatchResult> {
    const loaded = this.#current;
    const startedMs = performance.now();
    const logsources = logsourcesOf(loaded, options.logsource);
    const pieces = splitLines(bytes, Math.max(pieceBytes, Math.ceil(bytes.length / availableParallelism())));
    loaded.batches++;
    try {
      const evaluated = await Promise.all(
        pieces.map(async (piece) => ({
          evaluated: await loaded.engine.evaluateAsync(piece, logsources),
          bytes: piece,
        })),
      );
      return this.#result(loaded, evaluated, options, startedMs);
    } finally {
      loaded.batches--;
      if (loaded.retired) retire(loaded);
    }
  }

  /**
   * Loads rules anew; the old ones serve until the new ones are ready, and the batches under way to their
   * end. The windows of correlations start
   * afresh.
   */
  async reload(options: Partial<ThreatDetectorOptions> = {}): Promise<void> {
    let fresh: Loaded;
    try {
      fresh = await load({ ...this.#options, ...options });
    } catch (error) {
      this.#metrics?.loadFailed();
      throw error;
    }
    const old = this.#loaded;
    if (!old) {
      fresh.engine.close();
      throw disposed();
    }
    this.#loaded = fresh;
    this.#metrics?.loaded(fresh);
    retire(old);
  }

  /** Frees the rules, behind the batches that are under way; later calls throw `WOLFSEC_DISPOSED`. */
  [Symbol.dispose](): void {
    if (this.#loaded) retire(this.#loaded);
    this.#loaded = undefined;
    this.#metrics?.[Symbol.dispose]();
  }

  get #current(): Loaded {
    if (!this.#loaded) throw disposed();
    return this.#loaded;
  }

  #encode(event: object | string | Uint8Array): { bytes: Uint8Array; length: number } {
    if (event instanceof Uint8Array) return { bytes: oneLine(event), length: event.length };
    const text = typeof event === 'string' ? event : toJson(event);
    if (text.length * 3 > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(text.length * 3);
    const length = this.#scratch.write(text, 'utf8');
    return { bytes: oneLine(this.#scratch.subarray(0, length)), length };
  }

  #result(
    loaded: Loaded,
    pieces: readonly { evaluated: Evaluated; bytes: Uint8Array }[],
    options: DetectOptions,
    startedMs: number,
  ): BatchResult {
    const detections: Detection[] = [];
    const faults: LineFault[] = [];
    const texts = new Map<number, string>();
    const hits: CorrelationHit[] = [];
    let [events, lines] = [0, 0];
    for (const { evaluated, bytes } of pieces) {
      for (let i = 0; i < evaluated.faults.length; i += 4) {
        const fault = evaluated.faults[i + 3] as number;
        faults.push(lineFault(lines + (evaluated.faults[i] as number), fault));
        this.#metrics?.faulty(fault);
      }
      this.#metrics?.evaluated(evaluated);
      if (evaluated.hits.length > 0) {
        detections.push(...this.#detections(loaded, evaluated, bytes, options, lines, hits, texts));
      }
      events += evaluated.events;
      lines += evaluated.lines;
    }
    this.#metrics?.detected(detections);
    this.#metrics?.batch((performance.now() - startedMs) / 1_000);
    return { events, detections, faults, texts, ...(this.#options.correlateApart ? { hits } : {}) };
  }

  #detections(
    loaded: Loaded,
    { hits }: Evaluated,
    bytes: Uint8Array,
    options: DetectOptions,
    linesBefore: number,
    apart: CorrelationHit[],
    texts?: Map<number, string>,
  ): Detection[] {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const detections: Detection[] = [];
    let event: HitEvent | undefined;
    for (let i = 0; i < hits.length; i += 4) {
      const line = linesBefore + (hits[i] as number);
      const rule = hits[i + 3] as number;
      if (event?.line !== line) {
        event = new HitEvent(
          buffer.toString('utf8', hits[i + 1], hits[i + 2]),
          line,
          options,
          this.#options.now,
        );
        texts?.set(line, event.text);
      }
      const meta = loaded.bundle.rules.at(rule);
      if (loaded.reported[rule]) detections.push(detectionOf(loaded, rule, meta, event));
      if (options.correlate !== false && loaded.correlator.wants(meta.id)) {
        const { parsed, timeMs, reference } = event;
        const hit = {
          ruleId: meta.id,
          timeMs,
          event: reference,
          field: (name: string) => fieldValue(parsed, name),
        };
        if (this.#options.correlateApart) apart.push(...loaded.correlator.router.route(hit));
        else detections.push(...loaded.correlator.add(hit));
      }
    }
    return detections;
  }
}

/** An event with hits, parsed once. */
class HitEvent {
  readonly text: string;
  readonly line: number;
  readonly parsed: object;
  readonly ownTimeMs: number | undefined;
  readonly timeMs: number;
  readonly reference: EventReference;

  constructor(text: string, line: number, options: DetectOptions, now: (() => number) | undefined) {
    this.text = text;
    this.line = line;
    this.parsed = JSON.parse(text) as object;
    this.ownTimeMs = eventTimeMs(this.parsed);
    const place = options.placeOf?.(line);
    this.timeMs = this.ownTimeMs ?? place?.timeMs ?? (now ?? Date.now)();
    const id = (this.parsed as { event?: { id?: unknown } }).event?.id;
    this.reference = {
      index: line,
      ...(place ? { source: place.source } : options.source === undefined ? {} : { source: options.source }),
      line: place?.line ?? (options.lineOf ? options.lineOf(line) : (options.firstLine ?? 1) + line),
      ...(typeof id === 'string' ? { id } : {}),
    };
  }
}

function detectionOf(loaded: Loaded, rule: number, meta: BundledRule, event: HitEvent): Detection {
  const { slotNames } = loaded.bundle;
  return {
    kind: 'rule',
    ruleId: meta.id,
    title: meta.title,
    level: meta.level,
    tags: meta.tags,
    matched: loaded.engine
      .explain(event.parsed, rule)
      .map(({ slot, value }) => ({ field: slotNames[slot] || 'keyword', value })),
    ...(event.ownTimeMs === undefined ? {} : { eventTimeMs: event.ownTimeMs }),
    event: event.reference,
    entities: entitiesOf(event.parsed),
  };
}

async function load(options: ThreatDetectorOptions): Promise<Loaded> {
  const backend = options.backend ? backendByName(options.backend) : activeBackend();
  const { bundle, engine } = await openRules(options, backend);
  const ids = new Map<string, string>();
  for (const { id, name } of [...bundle.rules.names, ...bundle.correlations]) {
    ids.set(id, id);
    if (name !== undefined && !ids.has(name)) ids.set(name, id);
  }
  const idOf = (reference: string) => ids.get(reference) ?? reference;
  return {
    bundle,
    engine,
    correlator: new Correlator(bundle.correlations, idOf, options.correlation),
    reported: reportedRules(bundle, idOf),
    idOf,
    batches: 0,
    retired: false,
  };
}

/** Rules that a correlation is over are reported only where one of them asks for it (`generate`). */
function reportedRules(bundle: RuleBundle, idOf: (reference: string) => string): boolean[] {
  const generate = new Map<string, boolean>();
  for (const correlation of bundle.correlations) {
    for (const reference of correlation.rules) {
      const id = idOf(reference);
      generate.set(id, (generate.get(id) ?? false) || correlation.generate);
    }
  }
  return bundle.rules.names.map(({ id }) => generate.get(id) ?? true);
}

function logsourcesOf({ bundle }: Loaded, given: Logsource | undefined): Uint32Array {
  if (!given) return recogniseEach;
  const ids: number[] = [];
  bundle.logsources.forEach((logsource, id) => {
    const fits = (['product', 'category', 'service'] as const).every(
      (part) => logsource[part] === undefined || logsource[part] === given[part]?.toLowerCase(),
    );
    if (fits) ids.push(id);
  });
  // No rule fits: an id that no rule has, rather than every rule.
  return Uint32Array.from(ids.length > 0 ? ids : [bundle.logsources.length]);
}

function batchBytes(batch: Uint8Array | readonly object[]): Uint8Array {
  if (batch instanceof Uint8Array) return batch;
  if (!Array.isArray(batch)) throw invalidArgument('batch', 'NDJSON in a Uint8Array, or a list of events');
  return Buffer.from(batch.map(toJson).join('\n'));
}

function toJson(event: unknown): string {
  try {
    const text = JSON.stringify(event);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new WolfsecError('WOLFSEC_EVENT_INVALID', `the event cannot be written as JSON: ${cause}`, {
      cause,
    });
  }
  throw invalidArgument('event', 'an object, its JSON, or the JSON as bytes');
}

/** JSON over several lines is one event all the same. */
function oneLine(bytes: Uint8Array): Uint8Array {
  if (bytes.indexOf(0x0a) === -1) return bytes;
  const copy = Buffer.from(bytes);
  for (let i = 0; i < copy.length; i++) if (copy[i] === 0x0a) copy[i] = 0x20;
  return copy;
}

const disposed = () => new WolfsecError('WOLFSEC_DISPOSED', 'the detector was disposed of');
