// Builds the page that the service serves into dist/dashboard, and packs its files for those who take them packed.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('../src/dashboard/', import.meta.url));
const out = fileURLToPath(new URL('../dist/dashboard/', import.meta.url));

rmSync(out, { recursive: true, force: true });
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Licence texts of what is built in.
    license: { fileName: 'third-party.md' },
  },
});

for (const file of filesIn(out).filter((path) => !path.endsWith('.md'))) {
  const body = readFileSync(file);
  const packed = [
    ['.br', brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
    ['.gz', gzipSync(body, { level: 9 })],
  ] as const;
  for (const [suffix, bytes] of packed) if (bytes.length < body.length) writeFileSync(file + suffix, bytes);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
