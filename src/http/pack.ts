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
  let size = 16 + count * 8 + method.length + url.length + (body?.length ?? 0);
  for (let at = 0; at < count * 2; at++) size += (rawHeaders[at] as string).length;
  const packed = size <= scratch.length ? scratch : Buffer.allocUnsafe(size);
  let at = 16 + count * 8;
  packed.writeUInt32LE(method.length, 0);
  packed.writeUInt32LE(url.length, 4);
  packed.writeUInt32LE(body?.length ?? 0, 8);
  packed.writeUInt32LE(count, 12);
  at += packed.write(method, at, 'latin1');
  at += packed.write(url, at, 'latin1');
  for (let index = 0; index < count; index++) {
    const name = rawHeaders[index * 2] as string;
    const value = rawHeaders[index * 2 + 1] as string;
    packed.writeUInt32LE(name.length, 16 + index * 8);
    packed.writeUInt32LE(value.length, 20 + index * 8);
    at += packed.write(name, at, 'latin1');
    at += packed.write(value, at, 'latin1');
  }
  if (body !== undefined) packed.set(body, at);
  return packed.subarray(0, size);
}
