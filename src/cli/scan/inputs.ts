import { createReadStream, existsSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { globSync } from 'tinyglobby';
import { WolfsecError } from '../../errors.ts';
import { filesOfGlob } from '../../glob.ts';
import { unpackFrames } from '../../zstd.ts';

/** Something to scan. */
export interface Input {
  /** As it is named in reports: the path, or `-` for standard input. */
  readonly name: string;
  /** Bytes on disk, where they are known. */
  readonly size: number | undefined;
  /** Opens it, unpacked; `read` is told the bytes taken off the disk. */
  open(read: (bytes: number) => void): Readable;
}

/**
 * The files that arguments name: files, folders (everything in them), globs, and `-` for standard input.
 *
 * @throws {WolfsecError} `WOLFSEC_INPUT_NOT_FOUND` for an argument that names nothing.
 */
export function findInputs(names: readonly string[]): Input[] {
  return names.flatMap((name) => {
    if (name === '-') return [{ name, size: undefined, open: () => process.stdin }];
    return filesOf(name).map(fileInput);
  });
}

function filesOf(name: string): string[] {
  if (existsSync(name)) {
    return statSync(name).isDirectory() ? globSync(['**/*'], { cwd: name, absolute: true }).sort() : [name];
  }
  const found = filesOfGlob(name).sort();
  if (found.length > 0) return found;
  throw new WolfsecError('WOLFSEC_INPUT_NOT_FOUND', `"${name}" names no file, folder or glob that exists`);
}

function fileInput(name: string): Input {
  return {
    name,
    size: statSync(name).size,
    open(read) {
      const file = createReadStream(name, { highWaterMark: 256 * 1024 });
      file.on('data', (chunk) => read(chunk.length));
      if (name.endsWith('.zst')) return unpackFrames(file, zstd(name));
      if (!name.endsWith('.gz')) return file;
      const unpack = zlib.createGunzip({ chunkSize: 256 * 1024 });
      file.on('error', (error) => unpack.destroy(error));
      return file.pipe(unpack);
    },
  };
}

function zstd(name: string): () => zlib.ZstdDecompress {
  // Zstandard came to Node in 22.15.
  if (typeof zlib.createZstdDecompress !== 'function') {
    throw new WolfsecError(
      'WOLFSEC_FORMAT_UNKNOWN',
      `${name}: this Node cannot read .zst; use Node 22.15 or later`,
    );
  }
  return () => zlib.createZstdDecompress({ chunkSize: 256 * 1024 });
}
