import type { Detection, Logsource, ThreatDetector } from '../../detect/index.ts';
import { detectFormat, type Format, textReader } from '../../event/index.ts';
import { lineBatches, maxLineBytes } from './batches.ts';
import type { Input } from './inputs.ts';

/** A line or a source that could not be read. */
export interface ScanFault {
  readonly source: string;
  /** From 1; missing where the whole source is at fault. */
  readonly line?: number;
  readonly code: string;
  readonly message: string;
}

export interface ScanFigures {
  sources: number;
  events: number;
  bytes: number;
  faults: number;
  detections: number;
  /** Time in detection alone, in milliseconds. */
  detectMs: number;
}

export interface ScanOptions {
  readonly format?: Format;
  readonly logsource?: Logsource;
  readonly onDetection: (detection: Detection) => void;
  readonly onFault: (fault: ScanFault) => void;
  /** Bytes taken off the disk. */
  readonly onRead?: (bytes: number) => void;
}

/** Scans sources one after another. What cannot be read is told and counted, and the rest goes on. */
export async function scanInputs(
  detector: ThreatDetector,
  inputs: readonly Input[],
  options: ScanOptions,
): Promise<ScanFigures> {
  const figures: ScanFigures = { sources: 0, events: 0, bytes: 0, faults: 0, detections: 0, detectMs: 0 };
  const fault = (each: ScanFault) => {
    figures.faults++;
    options.onFault(each);
  };
  for (const input of inputs) {
    figures.sources++;
    try {
      await scanInput(detector, input, options, figures, fault);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      fault({ source: input.name, code: sourceCode(code), message: `${message} (read up to there)` });
    }
  }
  return figures;
}

function sourceCode(code: string | undefined): string {
  if (code?.startsWith('WOLFSEC_')) return code;
  // Truncated or damaged archives, as zlib names them.
  return code?.startsWith('Z_') || code?.startsWith('ZSTD')
    ? 'WOLFSEC_INPUT_DAMAGED'
    : 'WOLFSEC_INPUT_UNREADABLE';
}

const bom = Buffer.from([0xef, 0xbb, 0xbf]);

async function scanInput(
  detector: ThreatDetector,
  input: Input,
  options: ScanOptions,
  figures: ScanFigures,
  fault: (fault: ScanFault) => void,
): Promise<void> {
  let format = options.format;
  let read: Read | undefined;
  const source = input.name;
  for await (const batch of lineBatches(input.open(options.onRead ?? (() => {})))) {
    if ('oversized' in batch) {
      const message = `the line has ${batch.bytes} bytes, more than the ${maxLineBytes} that are kept`;
      fault({ source, line: batch.line, code: 'WOLFSEC_EVENT_INVALID', message });
      continue;
    }
    let { bytes } = batch;
    if (batch.firstLine === 1 && bytes.subarray(0, 3).equals(bom)) bytes = bytes.subarray(3);
    figures.bytes += bytes.length;
    format ??= detectFormat(bytes.toString('utf8', 0, 64 * 1024).split('\n', 50));
    if (!format) {
      const message = 'the format is not known; name it with --format';
      fault({ source, code: 'WOLFSEC_FORMAT_UNKNOWN', message });
      return;
    }
    if (format !== 'ndjson') read ??= { format, text: textReader(format) };
    await scanBatch(detector, { source, bytes, firstLine: batch.firstLine }, read, options, figures, fault);
  }
}

/** What reads a source of text. */
interface Read {
  readonly format: Format;
  readonly text: ReturnType<typeof textReader>;
}

async function scanBatch(
  detector: ThreatDetector,
  { source, bytes, firstLine }: { source: string; bytes: Buffer; firstLine: number },
  read: Read | undefined,
  options: ScanOptions,
  figures: ScanFigures,
  fault: (fault: ScanFault) => void,
): Promise<void> {
  let ndjson = bytes;
  let lineOf = (line: number) => firstLine + line;
  if (read) {
    const text = read.text(bytes.toString('utf8'), new Date());
    ndjson = text.ndjson;
    lineOf = (line) => firstLine + (text.lines[line] as number);
    for (const { line, fault: reason } of text.faults) {
      const message =
        reason === 'format' ? `not a line of the format ${read.format}` : 'the line is too long';
      fault({ source, line: firstLine + line, code: 'WOLFSEC_EVENT_INVALID', message });
    }
  }
  const start = performance.now();
  const result = await detector.processOwned(ndjson, {
    source,
    lineOf,
    ...(options.logsource ? { logsource: options.logsource } : {}),
  });
  figures.detectMs += performance.now() - start;
  figures.events += result.events;
  figures.detections += result.detections.length;
  for (const { line, code, message } of result.faults) fault({ source, line: lineOf(line), code, message });
  for (const detection of result.detections) options.onDetection(detection);
}
