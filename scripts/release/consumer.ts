import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pack.ts';
import { run } from './run.ts';

/** The entry points that need none of the optional peers. */
const entries = [
  '',
  '/alert',
  '/auth',
  '/cache',
  '/crypto',
  '/detect',
  '/http',
  '/match',
  '/metrics',
  '/pipeline',
  '/reputation',
  '/store',
];

/** Installs tarballs in an empty project, and uses them from ES modules and CommonJS. */
export function checkConsumer(folder: string, tarballs: readonly string[], backend: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  const said = run(
    'npm',
    [
      'install',
      '--foreground-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--omit=peer',
      ...tarballs,
    ],
    folder,
  );
  // npm announces each script that it runs as "> package@version event".
  if (/^> /m.test(said)) throw new Error(`the installation runs scripts:\n${said}`);
  if (existsSync(join(folder, 'node_modules/fastify'))) throw new Error('an optional peer was installed');

  copyFileSync(join(root, 'test/smoke/smoke.mjs'), join(folder, 'smoke.mjs'));
  run('node', ['smoke.mjs', '', backend], folder);
  console.log(`package: installed, ${backend}`);

  const requires = entries.map(
    (entry) => `if (!Object.keys(require('wolfsec${entry}')).length) throw ${JSON.stringify(entry)};`,
  );
  run('node', ['--no-warnings', '-e', requires.join('')], folder);
  const imports = entries.map((entry) => `import 'wolfsec${entry}';`);
  run('node', ['--input-type=module', '-e', imports.join('')], folder);

  const told = run('npx', ['--no-install', 'wolfsec', 'doctor', '--json'], folder);
  const facts = JSON.parse(told);
  if (!String(facts['back end']).startsWith(backend))
    throw new Error(`doctor tells another back end:\n${told}`);
  if (backend === 'portable' && !/is not installed/.test(facts['why not native'])) {
    throw new Error(`doctor does not tell why:\n${told}`);
  }
}

const source = (style: string) => `${style}
using key = AeadKey.generate();
const sealed: Buffer = key.seal('text');
const networks: IpSet<string> = IpSet.from(['10.0.0.0/8']);
const registry = new Registry();
registry.counter({ name: 'a', help: 'A.' }).inc();
async function main(): Promise<number> {
  using detector = await ThreatDetector.create({ rules: [] });
  return detector.detect({ a: 1 }).length + sealed.length + Number(networks.has('10.0.0.1'));
}
void main();
`;
const names = [
  ['ThreatDetector', 'wolfsec'],
  ['AeadKey', 'wolfsec/crypto'],
  ['IpSet', 'wolfsec/match'],
  ['Registry', 'wolfsec/metrics'],
];
const imported = source(names.map(([name, from]) => `import { ${name} } from '${from}';`).join('\n'));
const required = source(
  names
    .map(([name, from]) => `import ${name}Of = require('${from}');\nconst { ${name} } = ${name}Of;`)
    .join('\n'),
);

/** Type-checks consumers of the package, its own declarations included. */
export function checkTypes(folder: string): void {
  writeFileSync(join(folder, 'consumer.mts'), imported);
  // `IpSet` is used as a type, which a name taken out of a required module is not.
  writeFileSync(join(folder, 'consumer.cts'), required.replace('IpSet<string>', 'IpSetOf.IpSet<string>'));
  for (const [file, module, moduleResolution] of [
    ['consumer.mts', 'node16', 'node16'],
    ['consumer.mts', 'nodenext', 'nodenext'],
    ['consumer.cts', 'nodenext', 'nodenext'],
    ['consumer.mts', 'preserve', 'bundler'],
  ] as const) {
    const options = {
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      module,
      moduleResolution,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    const project = join(folder, `tsconfig.${moduleResolution}.json`);
    writeFileSync(project, JSON.stringify({ compilerOptions: options, files: [file] }));
    run('tsc', ['-p', project], folder);
    console.log(`  types: ${file} at moduleResolution ${moduleResolution}`);
  }
}
