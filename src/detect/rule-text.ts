import type { RuleFile, RuleSource } from '../rule/index.ts';
import { joinBytes } from './join-bytes.ts';

/** Rule files one behind the other, in one piece of memory. */
export interface RuleText {
  /** Names of the files, and where in the bytes each ends. */
  readonly files: readonly (readonly [file: string, end: number])[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function joinFiles(files: readonly RuleFile[]): RuleText {
  let end = 0;
  const ends = files.map(({ file, bytes }): [string, number] => {
    end += bytes.length;
    return [file, end];
  });
  return { files: ends, bytes: joinBytes(files.map(({ bytes }) => bytes)) };
}

/** The files as sources, whose text is decoded when it is asked for and not kept. */
export function* sourcesOf({ files, bytes }: RuleText): Generator<RuleSource> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  for (const [file, end] of files) {
    const from = start;
    yield {
      file,
      get text() {
        return buffer.toString('utf8', from, end);
      },
    };
    start = end;
  }
}
