import { type Command, InvalidArgumentError } from 'commander';
import { WolfsecError } from '../../errors.ts';
import { starterRules } from '../paths.ts';
import { say, stopAsked } from '../running.ts';
import { watchRules } from '../watch-rules.ts';

/** `wolfsec serve` and `wolfsec key`: the engine as a service, and the keys to it. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('run the engine as a service: takes events in by HTTP and syslog, and tells what it found')
    .option(
      '-c, --config <file>',
      'settings as YAML or JSON; the environment (WOLFSEC_…) and flags come after',
    )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('-p, --port <port>', 'port to listen on, 0 for any (default: 8480)')
    .option(
      '-r, --rules <paths...>',
      'files, folders or globs of rules (default: those that come with Wolfsec)',
    )
    .option('-d, --data <folder>', 'folder of the database and the outbox (default: wolfsec-data)')
    .option('--auth', 'demand API keys on loopback too')
    .option('--webhook-url <url>', 'where alerts are posted')
    .option('--syslog-host <address>', 'address for syslog (default: 127.0.0.1)')
    .option('--syslog-udp-port <port>', 'take syslog over UDP')
    .option('--syslog-tcp-port <port>', 'take syslog over TCP')
    .option('--syslog-allow <prefixes...>', 'who may send syslog (default: this machine)')
    .option('--feeds <lists...>', 'lists of bad addresses, domains and hashes: files or https:// addresses')
    .option(
      '--sign-in-link',
      'print a link that signs in to the page once (on a terminal: as a matter of course)',
    )
    .option('--forward <broker>', 'hand events on to a fleet instead: nats://, redis:// or kafka://')
    .option('--watch-rules', 'read the rules anew when their files change')
    .option('--print-config', 'print the settings and stop', false)
    .addHelpText(
      'after',
      '\nSIGHUP reads the rules anew; SIGTERM and SIGINT drain what was taken in and stop.',
    )
    .action(async ({ config: file, printConfig, signInLink, ...flags }: Record<string, unknown>) => {
      const { isLoopback, openFrontDoor, openService, readConfig, shown } = await server();
      const config = readConfig({
        ...(typeof file === 'string' ? { file } : {}),
        env: process.env,
        flags,
      });
      if (printConfig) {
        console.log(JSON.stringify(shown(config), null, 2));
        return;
      }
      if (config.forward !== '') {
        const door = await openFrontDoor(config, say);
        console.log(`listening on ${door.url}, handing on to ${shown(config).forward}`);
        await stopAsked();
        await door.close();
        console.log('stopped');
        return;
      }
      const service = await openService({ config, rules: [starterRules], onError: say });
      const { rules, refused } = service.pipeline.detector;
      console.log(`listening on ${service.url} with ${rules.length} rules${refusals(refused.length)}`);
      // Where this machine alone can come, whoever started the service may look: by a link, once, within ten minutes.
      if ((signInLink === true || process.stdout.isTTY) && isLoopback(config.host)) {
        console.log(`dashboard: ${service.url}/#/sign-in/${await service.users.link()}`);
      }
      const reload = () => {
        service.reload().then(
          (now) => console.log(`rules read anew: ${now.rules}${refusals(now.refused)}`),
          (error: unknown) => say(error),
        );
      };
      process.on('SIGHUP', reload);
      const unwatch = config.watchRules ? watchRules(config.rules, reload, say) : () => {};
      await stopAsked();
      unwatch();
      process.off('SIGHUP', reload);
      await service.close();
      console.log('stopped');
    });

  program
    .command('key')
    .description('make an API key for the service; its text is printed once')
    .argument('<name>', 'what it is for')
    .option('-s, --scopes <scopes...>', 'ingest, read, write, metrics', ['ingest'])
    .option('-c, --config <file>', 'settings as for serve')
    .option('-d, --data <folder>', 'folder of the database (default: wolfsec-data)')
    .option('--days <n>', 'days until it expires (default: never)', days)
    .action(
      async (name: string, flags: { scopes: string[]; config?: string; data?: string; days?: number }) => {
        const { openStoreOf, readConfig, scopes } = await server();
        const { ApiKeys } = await import('../../auth/index.ts');
        const unknown = flags.scopes.find((scope) => !(scopes as readonly string[]).includes(scope));
        if (unknown !== undefined) program.error(`--scopes knows ${scopes.join(', ')}, not ${unknown}`);
        const config = readConfig({
          ...(flags.config === undefined ? {} : { file: flags.config }),
          env: process.env,
          flags: { data: flags.data },
        });
        const store = await openStoreOf(config);
        try {
          const { key } = await new ApiKeys({ storage: store.apiKeys }).create({
            ownerId: name,
            name,
            scopes: flags.scopes,
            ...(flags.days === undefined ? {} : { expiresMs: Date.now() + flags.days * 86_400_000 }),
          });
          console.log(key);
        } finally {
          await store.close();
        }
      },
    );
}

/** Fastify is an optional peer: the other verbs run without it. */
export async function server() {
  try {
    return await import('../../server/index.ts');
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', 'the service needs Fastify: npm install fastify', {
      cause,
    });
  }
}

const refusals = (count: number) => (count === 0 ? '' : `, ${count} refused: see /v1/rules`);

function days(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 36_500) return value;
  throw new InvalidArgumentError('A number of days above 0.');
}
