import { pipeline, Readable } from 'node:stream';
import type { ZstdDecompress } from 'node:zlib';

/**
 * Unpacks an archive of Zstandard, frame after frame: the decompressor of Node stops after the first, and in some
 * versions (24.19 among them) says nothing where that was cut.
 */
export function unpackFrames(file: Readable, decompressor: () => ZstdDecompress): Readable {
  return Readable.from(unpacked(new Frames().split(file), decompressor), { objectMode: false });
}

/** The frames of an archive in memory; `undefined` where there are more than `most`. What is no frame is the last one. */
export function framesOf(bytes: Buffer, most: number): Buffer[] | undefined {
  const frames: Buffer[] = [];
  for (const part of new Frames().cut(bytes)) if (frames.push(part.bytes) > most) return undefined;
  return frames;
}

async function* unpacked(
  parts: AsyncGenerator<Part>,
  decompressor: () => ZstdDecompress,
): AsyncGenerator<Buffer> {
  try {
    let part = await parts.next();
    while (!part.done) {
      let ended = false;
      const frame = async function* () {
        for (; !part.done && !ended; part = await parts.next()) {
          ended = part.value.last;
          yield part.value.bytes;
        }
      };
      const unpack = decompressor();
      pipeline(frame, unpack, () => {});
      yield* unpack as AsyncIterable<Buffer>;
      if (!ended) throw Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' });
    }
  } finally {
    await parts.return(undefined);
  }
}

/** Bytes of a frame. */
interface Part {
  readonly bytes: Buffer;
  /** Whether the frame ends with them. */
  readonly last: boolean;
}

/** The fields that are read, and how many bytes each takes. */
const lengths = { magic: 4, skippable: 4, descriptor: 1, block: 3 } as const;
type Field = keyof typeof lengths;

/** Follows frames by their headers (RFC 8878, section 3). */
class Frames {
  /** The field that comes next; undefined once there is something else than a frame. */
  #next: Field | undefined = 'magic';
  #held: Buffer = Buffer.alloc(0);
  /** Bytes before the next field that say nothing of the frame. */
  #pass = 0;
  #checksum = 0;

  async *split(file: AsyncIterable<Buffer>): AsyncGenerator<Part> {
    for await (const chunk of file) yield* this.cut(chunk);
  }

  *cut(chunk: Buffer): Generator<Part> {
    let from = 0;
    while (from < chunk.length) {
      const to = this.#end(chunk, from);
      const last = this.#next === 'magic' && this.#pass + this.#held.length === 0;
      yield { bytes: chunk.subarray(from, to), last };
      from = to;
    }
  }

  /** Where the frame or the chunk ends. What is no frame at all is left to the decompressor. */
  #end(chunk: Buffer, from: number): number {
    let at = from;
    while (this.#next !== undefined && at < chunk.length) {
      const passed = Math.min(this.#pass, chunk.length - at);
      this.#pass -= passed;
      at += passed;
      if (this.#pass > 0) break;
      if (this.#next === 'magic' && at > from) return at;
      const missing = lengths[this.#next] - this.#held.length;
      const part = chunk.subarray(at, at + missing);
      at += part.length;
      this.#held = Buffer.concat([this.#held, part]);
      if (part.length < missing) break;
      const value = this.#held.readUIntLE(0, this.#held.length);
      this.#held = Buffer.alloc(0);
      this.#next = this.#after(this.#next, value);
    }
    return chunk.length;
  }

  #after(field: Field, value: number): Field | undefined {
    if (field === 'magic') {
      if (value === 0xfd2fb528) return 'descriptor';
      return value >>> 4 === 0x184d2a5 ? 'skippable' : undefined;
    }
    if (field === 'skippable') {
      this.#pass = value;
      return 'magic';
    }
    if (field === 'descriptor') {
      const single = (value >> 5) & 1;
      const size = value >> 6;
      const dictionary = [0, 1, 2, 4][value & 3] as number;
      this.#pass = 1 - single + dictionary + (size === 0 ? single : 1 << size);
      this.#checksum = value & 4;
      return 'block';
    }
    // A block of one repeated byte has that byte alone.
    this.#pass = ((value >> 1) & 3) === 1 ? 1 : value >> 3;
    if ((value & 1) === 0) return 'block';
    this.#pass += this.#checksum;
    return 'magic';
  }
}
