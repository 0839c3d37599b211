import { Buffer } from 'node:buffer';

/** What an inspection reads of a request. */
export interface HttpRequest {
  readonly method: string;
  /** The request target as it came: path and query, still encoded. */
  readonly url: string;
  /** Names and values in turn, as Node's `rawHeaders` has them. */
  readonly rawHeaders: readonly string[];
  readonly body?: Uint8Array | undefined;
}

/**
 * Packs a request into one buffer: u32 lengths (little-endian) of method, target, body, the count of
 * headers, then each header's name and value lengths, then the bytes in that order, the body last.
 * Node gives header text as Latin-1, so that each character is one byte.
 */
export function packRequest(request: HttpRequest, scratch: Buffer): Buffer {
  const { method, url, rawHeaders, body } = request;
  const count = rawHeaders.length >> 1;
  const headBytes = 16 + count * 8;
  // One string, written by one call: what each call costs weighs more than the bytes do.
  let text = method + url;
  for (let at = 0; at < count * 2; at++) text += rawHeaders[at] as string;
  const size = headBytes + text.length + (body?.length ?? 0);
  const packed = size <= scratch.length ? scratch : Buffer.allocUnsafe(size);
  writeWord(packed, 0, method.length);
  writeWord(packed, 4, url.length);
  writeWord(packed, 8, body?.length ?? 0);
  writeWord(packed, 12, count);
  for (let at = 0; at < count * 2; at++) writeWord(packed, 16 + at * 4, (rawHeaders[at] as string).length);
  packed.write(text, headBytes, 'latin1');
  if (body !== undefined) packed.set(body, headBytes + text.length);
  return packed.subarray(0, size);
}

function writeWord(into: Buffer, at: number, word: number): void {
  into[at] = word;
  into[at + 1] = word >>> 8;
  into[at + 2] = word >>> 16;
  into[at + 3] = word >>> 24;
}
