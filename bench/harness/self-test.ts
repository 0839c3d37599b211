// node bench/harness/self-test.ts [A/A runs]: does the comparison stay quiet, and does it see 15 %?
import { compareArea, measureLaunches, verdictLines } from './compare.ts';
import { fullEffort } from './measure.ts';

const file = new URL('./self-test/planted.bench.ts', import.meta.url).pathname;
const runs = Number(process.argv[2] ?? 20);
const extent = { effort: fullEffort, launches: 3, only: undefined, compares: true };
const measure = () => measureLaunches(file, extent, () => {});

const then = await measure();
const compare = async () => {
  const now = await measure();
  return compareArea(file, fullEffort, then, now, console.log);
};

let alarms = 0;
for (let run = 1; run <= runs; run++) {
  const verdicts = await compare();
  const slower = verdicts.filter((v) => v.slower);
  alarms += slower.length > 0 ? 1 : 0;
  console.log(`same code ${run}/${runs}: ${slower.length} alarms in ${verdicts.length} cases`);
  for (const line of verdictLines(slower)) console.log(line);
}

process.env.WOLFSEC_BENCH_PLANT = '1.15';
const planted = await compare();
console.log('one case made 15 % slower:');
for (const line of verdictLines(planted)) console.log(line);
const named = planted.filter((v) => v.slower).map((v) => `${v.group} / ${v.case}`);
const found = named.length === 1 && named[0] === 'arithmetic / planted';

console.log(
  `${alarms} false alarms in ${runs} runs; planted slowdown ${found ? 'found, and it alone' : `not told apart: ${named.join(', ') || 'nothing reported'}`}`,
);
process.exitCode = alarms === 0 && found ? 0 : 1;
