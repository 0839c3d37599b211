import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Format, formats } from '../../event/index.ts';
import { replay } from '../replay/replay.ts';
import { findInputs } from '../scan/inputs.ts';

interface ReplayFlags {
  readonly to: string;
  readonly rate: number;
  readonly times: number;
  readonly now: boolean;
  readonly format?: Format;
}

/** `wolfsec replay`: plays files to a service, for demonstrations and to find out what it takes. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('send log files to a running service at a given rate')
    .argument('<files...>', 'files (.gz and .zst too), folders, globs, or - for standard input')
    .option('-t, --to <url>', 'the service', 'http://127.0.0.1:8480')
    .option(
      '--rate <events>',
      'events a second, 0 for as fast as they are taken',
      number(0, 10_000_000),
      1_000,
    )
    .option('--times <n>', 'how often the files are played', number(1, 1_000_000), 1)
    .option('--now', 'stamp each event with the present time', false)
    .addOption(
      new Option('-f, --format <format>', 'format of the files (default: detected)').choices(formats),
    )
    .addHelpText('after', '\nThe API key is read from WOLFSEC_API_KEY.')
    .action(async (files: string[], { to, rate, times, now, format }: ReplayFlags) => {
      if (!/^https?:\/\//.test(to) || !URL.canParse(to))
        program.error('--to takes an http:// or https:// address');
      const stop = new AbortController();
      const interrupt = () => stop.abort();
      process.once('SIGINT', interrupt);
      const key = process.env.WOLFSEC_API_KEY;
      const figures = await replay(findInputs(files), {
        url: to,
        rate,
        times,
        now,
        signal: stop.signal,
        ...(key ? { key } : {}),
        ...(format ? { format } : {}),
      });
      process.off('SIGINT', interrupt);
      const { events, detections, rejected, faults, held, elapsedMs } = figures;
      const perSecond = Math.round(events / (elapsedMs / 1_000)).toLocaleString('en');
      console.log(
        `${events} events, ${detections} detections in ${(elapsedMs / 1_000).toFixed(1)} s (${perSecond} events/s)`,
      );
      if (rejected + faults > 0) console.log(`${rejected + faults} lines are not events`);
      if (held > 0) console.log(`held back ${held} times`);
    });
}

function number(least: number, most: number) {
  return (text: string) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A number from ${least} to ${most}.`);
  };
}
