import { writeSync } from 'node:fs';
import { AlertManager, file } from '../../src/alert/index.ts';
import { openStore } from '../../src/store/index.ts';
import { aboutOneOf } from './samples.ts';

/** Raises `total` detections about so many users in batches, says of each batch when it was taken, and waits to be killed. */
const [folder = '', out = '', total = '0', users = total] = process.argv.slice(2);
const store = await openStore({ dataFolder: folder });
const manager = await AlertManager.open({
  dataFolder: folder,
  store,
  receivers: { out: file({ path: out }) },
  route: { receiver: 'out', groupBy: ['user.name'] },
  journal: { segmentBytes: 1 << 20 },
  storeEveryMs: 20,
  risk: { threshold: Number.POSITIVE_INFINITY },
});
const batch = 20;
for (let at = 0; at < Number(total); at += batch) {
  const detections = Array.from({ length: batch }, (_, n) => aboutOneOf(Number(users), at + n));
  await manager.raiseAll(detections);
  writeSync(1, `${at + batch}\n`);
}
setInterval(() => {}, 1_000);
