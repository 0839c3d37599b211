// One start of a detector over rules, in a process of its own: what it takes at each step. Plain JavaScript, so that
// reading TypeScript (17 MB) is not measured where `dist` is.
import { openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** V8 keeps pages of a heap that is gone for eight seconds. */
const restMs = 10_000;

process.once('message', async (start) => {
  const memory = await measure(start);
  process.send(memory, () => process.exit());
});

async function measure({ detect, rules, events, backend, cacheFolder }) {
  const { ThreatDetector } = await import(detect);
  const before = resident();
  const startedMs = performance.now();
  const detector = await ThreatDetector.create({ rules, backend, ...(cacheFolder ? { cacheFolder } : {}) });
  const loadMs = performance.now() - startedMs;
  const loaded = resident();
  let detections = 0;
  for (const batch of batches(events)) detections += detector.detectBatch(batch).detections.length;
  const afterEvents = resident();
  await sleep(restMs);
  const atRest = resident();
  // After all figures: it makes an object of every rule.
  const count = detector.rules.length;
  return { rules: count, detections, loadMs, before, loaded, afterEvents, atRest, peak: peak() };
}

/** The lines of a file, in pieces of one buffer, so that batches themselves leave no garbage. */
function* batches(file) {
  if (file === undefined) return;
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(1 << 20);
  let held = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, held, buffer.length - held, null);
    const full = held + read;
    const end = read === 0 ? full : buffer.subarray(0, full).lastIndexOf(0x0a) + 1;
    yield buffer.subarray(0, end);
    buffer.copyWithin(0, end, full);
    held = full - end;
    if (read === 0) return;
  }
}

/** Megabytes (10^6). */
const resident = () => process.memoryUsage.rss() / 1e6;

/** Linux tells of the highest resident set; elsewhere what Node tells. */
function peak() {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return (Number(kilobytes) * 1024) / 1e6;
  } catch {}
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
