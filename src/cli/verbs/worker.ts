import type { Command } from 'commander';
import { invalidArgument } from '../../errors.ts';
import { readConfig, shown } from '../../server/config.ts';
import { starterRules } from '../paths.ts';
import { say, stopAsked } from '../running.ts';
import { watchRules } from '../watch-rules.ts';

/** `wolfsec worker`: a member of a fleet. It needs no Fastify. */
export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('take events off a broker, together with other workers: detect, correlate, keep the alerts')
    .option('-s, --source <broker>', 'where events come from: nats://, redis:// or kafka://')
    .option('-c, --config <file>', 'settings as for serve')
    .option('-r, --rules <paths...>', 'rules to start a fleet with, and to announce on SIGHUP')
    .option('-d, --data <folder>', 'folder for alerts.ndjson (default: wolfsec-data)')
    .option('--database-url <url>', 'postgres:// address of the store that the fleet shares')
    .option('--webhook-url <url>', 'where alerts are posted')
    .option('--worker-port <port>', 'answer /healthz, /readyz and /metrics on this port of loopback')
    .option('--watch-rules', 'announce the rules when their files change')
    .addHelpText(
      'after',
      '\nSIGHUP announces the rules to the fleet; SIGTERM and SIGINT give back what is held and stop.',
    )
    .action(async ({ config: file, ...flags }: Record<string, unknown>) => {
      const sources = { ...(typeof file === 'string' ? { file } : {}), env: process.env, flags };
      const config = readConfig(sources);
      if (config.source === '') throw invalidArgument('source', 'the address of a broker');
      const { openWorker } = await import('../../server/worker.ts');
      const service = await openWorker({ config, rules: [starterRules], onError: say });
      const { worker } = service;
      const { rules } = worker.pipeline.detector;
      console.log(`worker ${worker.id} takes from ${shown(config).source} with ${rules.length} rules`);
      const reload = () => {
        service.reload().then(
          (version) => console.log(`rules announced: ${version}`),
          (error: unknown) => say(error),
        );
      };
      process.on('SIGHUP', reload);
      const unwatch = config.watchRules ? watchRules(config.rules, reload, say) : () => {};
      await stopAsked();
      unwatch();
      await service.close();
      console.log('stopped');
    });
}
