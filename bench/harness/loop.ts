import type { Run } from './suite.ts';

/** Calls a case `count` times and gives the last result. */
export type Loop = (count: number) => unknown;

let made = 0;

/**
 * Makes a loop of its own for each case. One loop shared by all would see many targets at its call
 * site, so that no case could be inlined and each would be charged for its neighbours.
 */
export function freshLoop(run: Run, async: boolean): Loop {
  const wait = async ? 'await ' : '';
  // The number makes the source unique: V8 shares code and feedback between equal sources.
  const source = `let i = 0; return ${async ? 'async ' : ''}function loop${made++}(count) {
    let last; for (let n = 0; n < count; n++) last = ${wait}run(i++); return last;
  }`;
  return new Function('run', source)(run) as Loop;
}
