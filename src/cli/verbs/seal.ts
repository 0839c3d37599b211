import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { type AeadKey, OpenStream, randomBytes, readKeyFile, SealStream } from '../../crypto/index.ts';
import { WolfsecError } from '../../errors.ts';
import { Progress } from '../progress.ts';
import { stopAsked } from '../running.ts';

interface SealFlags {
  readonly keyFile?: string;
  readonly output?: string;
  readonly force: boolean;
}

const suffix = '.sealed';

/** `wolfsec seal`, `wolfsec open` and `wolfsec keygen`: files under a key of 32 bytes. */
export function registerSeal(program: Command): void {
  program
    .command('keygen')
    .description('make a key for seal and open: 32 random bytes as base64url, readable by you alone')
    .argument('<file>', 'where to write it; an existing file is never overwritten')
    .action(async (path: string) => {
      const bytes = randomBytes(32);
      await writeFile(path, `${bytes.toString('base64url')}\n`, { mode: 0o600, flag: 'wx' }).catch(
        fileFailed,
      );
      bytes.fill(0);
    });

  verb(program, 'seal')
    .description('encrypt a file, of any size, so that no change to it goes unnoticed')
    .action(async (input: string, flags: SealFlags) => {
      const output = flags.output ?? (input === '-' ? '-' : input + suffix);
      await transfer(input, output, flags, 'sealing', (key) => new SealStream(key));
    });

  verb(program, 'open')
    .description(
      'decrypt a file that was sealed; where it was changed or cut, no file is written, and standard output ends before that',
    )
    .action(async (input: string, flags: SealFlags) => {
      const output = flags.output ?? (input.endsWith(suffix) ? input.slice(0, -suffix.length) : '-');
      await transfer(input, output, flags, 'opening', (key) => new OpenStream(key));
    });
}

function verb(program: Command, name: string): Command {
  return program
    .command(name)
    .argument('<file>', 'the file, or - for standard input')
    .requiredOption('-k, --key-file <file>', 'file with the key, as keygen writes it (XChaCha20-Poly1305)')
    .option(
      '-o, --output <file>',
      `where to write, or - for standard output (default: with or without ${suffix})`,
    )
    .option('-f, --force', 'overwrite the output', false);
}

async function transfer(
  input: string,
  output: string,
  flags: SealFlags,
  label: string,
  stage: (key: AeadKey) => Transform,
): Promise<void> {
  using key = await readKeyFile(flags.keyFile ?? '');
  const toFile = output !== '-';
  if (toFile && !flags.force && (await exists(output))) {
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `${output} exists already: --force overwrites it`);
  }
  const bytes = input === '-' ? 0 : await sizeOf(input);
  const progress = new Progress(bytes, label);
  // A neighbour that takes the output's name once all is well: half a file never has that name.
  const partial = `${output}.${randomBytes(6).toString('hex')}.partial`;
  const stop = new AbortController();
  // Who stops it half-way must not be left with half of the plaintext under another name.
  void stopAsked().then(() => stop.abort());
  try {
    await pipeline(
      input === '-' ? process.stdin : createReadStream(input, { highWaterMark: 1 << 20 }),
      counted(progress),
      stage(key),
      toFile ? createWriteStream(partial, { mode: 0o600, flags: 'wx' }) : toStandardOutput,
      { signal: stop.signal },
    );
    if (toFile) await rename(partial, output);
  } catch (error) {
    if (toFile) await rm(partial, { force: true });
    if (error instanceof WolfsecError) throw error;
    if (stop.signal.aborted) throw new WolfsecError('WOLFSEC_ABORTED', 'stopped before the end');
    fileFailed(error);
  } finally {
    progress.clear();
  }
}

/** A pipeline that fails destroys what it ends in, and standard output would tell of the failure once more. */
async function toStandardOutput(chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}

function counted(progress: Progress): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      progress.advance(chunk.length);
      done(null, chunk);
    },
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path).catch(fileFailed);
  return size;
}

function fileFailed(cause: unknown): never {
  throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', (cause as Error).message, { cause });
}
