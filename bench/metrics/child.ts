// One library in a process of its own.
import { type LibraryName, libraries } from './libraries.ts';
import { type LoadShape, measureLoad } from './load.ts';
import { measureSeries } from './series.ts';

export type Job =
  | { readonly kind: 'series'; readonly series: number; readonly scrapes: number }
  | { readonly kind: 'load'; readonly shape: LoadShape };

const [name, job] = JSON.parse(process.argv[2] as string) as [LibraryName, Job];
const library = await libraries[name]();
const figures =
  library &&
  (job.kind === 'series'
    ? await measureSeries(library, job.series, job.scrapes)
    : await measureLoad(library, job.shape));
process.send?.(figures ?? null, () => process.exit());
