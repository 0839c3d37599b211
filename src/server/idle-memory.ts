import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often it is looked whether there is something to give back: after so long without an event. */
const everyMs = 10_000;
/** Memory of the heap that nothing uses, from which on a collection is worth its pause. */
const slackBytes = 24 << 20;
/** A process that has just started is looked at sooner: starting takes more than running. */
const firstMs = 2_000;
/** More events a second than this, so soon after the start, are work that a collection must not hold up. */
const fewEventsPerSecond = 200;

/**
 * Gives memory back to the system while no events come. V8 lets its young generation grow while rules are read or events
 * pour in, and then keeps it: 55 MB of an idle process. A collection that is told to spare memory lets go of it; it holds
 * the event loop for about a tenth of a second. Gives a function that ends it.
 *
 * @param events How many events there have been so far.
 * @param collect The collection; where the engine has none, nothing is done.
 */
export function giveMemoryBackWhenIdle(events: () => number, collect = collector()): () => void {
  if (!collect) return () => {};
  let seen = events();
  const look = (few: number) => {
    const came = events() - seen;
    seen += came;
    const { heapTotal, heapUsed } = process.memoryUsage();
    if (came <= few && heapTotal - heapUsed > slackBytes) collect();
  };
  const first = setTimeout(look, firstMs, (fewEventsPerSecond * firstMs) / 1_000).unref();
  const timer = setInterval(look, everyMs, 0).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}

/** V8's own collection, which Node hands out behind a flag; `undefined` in engines that have none. */
function collector(): (() => void) | undefined {
  try {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as (how: object) => void;
    setFlagsFromString('--no-expose-gc');
    return () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  } catch {
    return undefined;
  }
}
