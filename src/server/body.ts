import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { WolfsecError } from '../errors.ts';
import { framesOf } from '../zstd.ts';
import { SnappyError, unsnap } from './snappy.ts';

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);

/**
 * Unpacks a body by its `Content-Encoding`: gzip, deflate, zstd, snappy (the block format) or none.
 *
 * @throws {WolfsecError} `WOLFSEC_LIMIT_EXCEEDED` where it unpacks to more than `maxBytes`,
 *   `WOLFSEC_INPUT_DAMAGED` where it cannot be unpacked, `WOLFSEC_FORMAT_UNKNOWN` for another encoding.
 */
export async function unpack(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || body.length === 0) return body;
  const options = { maxOutputLength: maxBytes };
  try {
    if (name === 'gzip' || name === 'x-gzip') return await gunzip(body, options);
    if (name === 'deflate') return await inflate(body, options);
    if (name === 'snappy') return unsnap(body, maxBytes);
    // Zstandard came to Node in 22.15.
    if (name === 'zstd' && typeof zlib.zstdDecompress === 'function') return await unzstd(body, maxBytes);
  } catch (cause) {
    if (cause instanceof WolfsecError) throw cause;
    const tooLong = cause instanceof SnappyError && cause.tooLong;
    if (tooLong || (cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new WolfsecError('WOLFSEC_INPUT_DAMAGED', `the body is not valid ${name}`, { cause });
  }
  throw new WolfsecError(
    'WOLFSEC_FORMAT_UNKNOWN',
    `the content encoding ${JSON.stringify(name)} is not known; use gzip, deflate, zstd or snappy`,
  );
}

/** More frames than a sender has reason to make of one body. */
const mostFrames = 1_000;

/** Every frame of it: Node's own stops after the first, and says nothing. */
async function unzstd(body: Buffer, maxBytes: number): Promise<Buffer> {
  const frames = framesOf(body, mostFrames);
  if (!frames) {
    throw new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', `the body has more than ${mostFrames} frames of zstd`);
  }
  const parts: Buffer[] = [];
  let left = maxBytes;
  for (const frame of frames) {
    // Of no room at all, Node takes the default.
    if (left <= 0) throw tooLarge(maxBytes);
    const part = await promisify(zlib.zstdDecompress)(frame, { maxOutputLength: left });
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

const tooLarge = (maxBytes: number) =>
  new WolfsecError('WOLFSEC_LIMIT_EXCEEDED', `the body unpacks to more than ${maxBytes} bytes`);

/** Bytes of bodies that are being read or waited for, bounded before they arrive. */
export class BodyBudget {
  readonly #maxBytes: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Sets bytes aside; gives a function that frees them, once. `undefined` where there is no room. */
  reserve(bytes: number): (() => void) | undefined {
    if (this.#taken + bytes > this.#maxBytes) return undefined;
    this.#taken += bytes;
    let held = true;
    return () => {
      if (held) this.#taken -= bytes;
      held = false;
    };
  }
}
