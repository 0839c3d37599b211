import type { Readable } from 'node:stream';

/** Whole lines of a source, and where they stand. */
export interface LineBatch {
  readonly bytes: Buffer;
  /** Number of the first line, from 1. */
  readonly firstLine: number;
}

/** A line that is passed over because it would take too much memory. */
export interface OversizedLine {
  readonly oversized: true;
  /** From 1. */
  readonly line: number;
  readonly bytes: number;
}

const batchBytes = 4 * 1024 * 1024;
/** Longer lines are not kept. */
export const maxLineBytes = 16 * 1024 * 1024;

/**
 * Cuts a stream into batches of whole lines; memory stays bounded whatever the lines are like. Where the stream fails,
 * the lines that came whole before come first.
 */
export async function* lineBatches(stream: Readable): AsyncGenerator<LineBatch | OversizedLine> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let line = 1;
  /** Bytes of a line that is too long, once it is. */
  let skipped = 0;
  let failure: { readonly cause: unknown } | undefined;
  const fail = (cause: unknown) => {
    failure = { cause };
  };
  for await (const chunk of untilFailure(stream, fail)) {
    let rest = chunk;
    if (skipped > 0) {
      const end = rest.indexOf(0x0a);
      if (end < 0) {
        skipped += rest.length;
        continue;
      }
      yield { oversized: true, line, bytes: skipped + end };
      skipped = 0;
      line++;
      rest = rest.subarray(end + 1);
    }
    const last = rest.lastIndexOf(0x0a);
    held.push(rest);
    heldBytes += rest.length;
    if (last >= 0 && heldBytes >= batchBytes) {
      const all = Buffer.concat(held, heldBytes);
      const cut = heldBytes - rest.length + last + 1;
      yield { bytes: all.subarray(0, cut), firstLine: line };
      line += countLines(all.subarray(0, cut));
      held = cut < heldBytes ? [all.subarray(cut)] : [];
      heldBytes -= cut;
    } else if (last < 0 && heldBytes > maxLineBytes) {
      const all = Buffer.concat(held, heldBytes);
      const start = all.lastIndexOf(0x0a) + 1;
      if (heldBytes - start > maxLineBytes) {
        if (start > 0) yield { bytes: all.subarray(0, start), firstLine: line };
        line += countLines(all.subarray(0, start));
        skipped = heldBytes - start;
        held = [];
        heldBytes = 0;
      }
    }
  }
  if (skipped > 0) yield { oversized: true, line, bytes: skipped };
  else if (heldBytes > 0) {
    const all = Buffer.concat(held, heldBytes);
    const whole = failure ? all.subarray(0, all.lastIndexOf(0x0a) + 1) : all;
    if (whole.length > 0) yield { bytes: whole, firstLine: line };
  }
  if (failure) throw failure.cause;
}

async function* untilFailure(stream: AsyncIterable<Buffer>, fail: (cause: unknown) => void) {
  try {
    yield* stream;
  } catch (cause) {
    fail(cause);
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
