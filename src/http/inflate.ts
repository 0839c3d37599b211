import { Buffer } from 'node:buffer';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { framesOf } from '../zstd.ts';

/** Decoded bytes for each encoded one from which on a large body is a bomb: text seldom shrinks to a fiftieth. */
const maxRatio = 200;
/** Codings on top of one another that are taken off. */
const maxLayers = 2;
/** Frames of zstd; senders make one. Each asks for a decoder of its own. */
const maxFrames = 64;

/** What came of taking a body's content codings off. */
export interface Inflated {
  /** `bomb`: more than was asked for, and grown more than 200 times, or in over 64 frames. `unreadable`: no coding known here, or broken data. */
  readonly outcome: 'read' | 'bomb' | 'unreadable';
  /** As much of the body as was asked for; empty unless read. */
  readonly body: Buffer;
  /** Not every byte belongs to the codings: an application that does not heed them may read something else. */
  readonly mixed?: true;
}

const unreadable: Inflated = { outcome: 'unreadable', body: Buffer.alloc(0) };

/**
 * Takes the codings of a `Content-Encoding` (RFC 9110 section 8.4) off the start of a body: `gzip`,
 * `deflate`, `br`, and `zstd` where Node has it. Runs on the thread pool and never holds more than
 * `most` decoded bytes; what goes beyond is left encoded, or with `toEnd` read and let go, to tell whether it is `mixed`.
 */
export async function inflateBody(
  encoded: Uint8Array,
  codings: string,
  most: number,
  toEnd = false,
): Promise<Inflated> {
  const layers = codings
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (layers.length > maxLayers) return unreadable;
  let body = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  let mixed = false;
  for (const coding of layers.reverse()) {
    const one = await (coding === 'zstd' ? inflateFrames : inflate)(body, coding, most, toEnd);
    if (one.outcome !== 'read') return one;
    body = one.body as Buffer<ArrayBuffer>;
    mixed ||= one.mixed === true;
  }
  return { outcome: 'read', body, ...(mixed ? { mixed } : {}) };
}

/** Frame after frame, since the decoder stops after the first, and others go on. */
async function inflateFrames(
  encoded: Buffer,
  coding: string,
  most: number,
  toEnd: boolean,
): Promise<Inflated> {
  const frames = framesOf(encoded, maxFrames);
  if (!frames) return { outcome: 'bomb', body: Buffer.alloc(0) };
  if (frames.length <= 1) return inflate(encoded, coding, most, toEnd);
  const parts: Buffer[] = [];
  let left = most;
  let mixed = false;
  for (const frame of frames) {
    if (left === 0 && !toEnd) break;
    const one = await inflate(frame, coding, left, toEnd);
    if (one.outcome === 'bomb' || (one.outcome === 'unreadable' && parts.length === 0)) return one;
    parts.push(one.body);
    left -= one.body.length;
    mixed ||= one.mixed === true;
  }
  return { outcome: 'read', body: Buffer.concat(parts), ...(mixed ? { mixed } : {}) };
}

function inflate(encoded: Buffer, coding: string, most: number, toEnd: boolean): Promise<Inflated> {
  const stream = decoderOf(coding, encoded);
  if (stream === undefined) return Promise.resolve(unreadable);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (broken = false): void => {
      // What the decoder has consumed, not what it was given: a bomb need not stand alone in its stream.
      const consumed = stream.bytesWritten;
      const mixed = broken || (toEnd && consumed < encoded.length) ? ({ mixed: true } as const) : {};
      stream.destroy();
      if (isBomb(consumed)) resolve({ outcome: 'bomb', body: Buffer.alloc(0) });
      else resolve({ outcome: 'read', body: Buffer.concat(chunks).subarray(0, most), ...mixed });
    };
    const isBomb = (consumed: number) => size >= most && size / Math.max(1, consumed) > maxRatio;
    stream.on('data', (chunk: Buffer) => {
      if (size < most) chunks.push(chunk);
      size += chunk.length;
      // What came out so far is enough to inspect, and to tell how fast it grows.
      if (size >= most && (!toEnd || isBomb(stream.bytesWritten))) finish();
    });
    stream.on('end', () => finish());
    // Cut or broken data: what could be decoded before is read all the same.
    stream.on('error', () => (size > 0 ? finish(true) : resolve({ ...unreadable, mixed: true })));
    stream.end(encoded);
  });
}

/** Lenient about the end: the start of a body alone is at hand. */
function decoderOf(coding: string, encoded: Buffer) {
  const finishFlush = constants.Z_SYNC_FLUSH;
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ finishFlush });
    case 'deflate':
      // RFC 9110 means zlib's format; some senders leave its two bytes of header out.
      return ((encoded[0] ?? 0) & 15) === 8
        ? createInflate({ finishFlush })
        : createInflateRaw({ finishFlush });
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return createZstdDecompress?.({ finishFlush: constants.ZSTD_e_flush });
    default:
      return undefined;
  }
}
