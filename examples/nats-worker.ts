// A worker among many: takes batches of events from a NATS queue group, so that each goes to one worker, and
// publishes what it found. Nothing is kept; `wolfsec worker` is the one with JetStream, a store and alerts.
//   node examples/nats-worker.ts      (NATS_URL, default nats://127.0.0.1:4222)
import { connect } from '@nats-io/transport-node';
import { ThreatDetector } from 'wolfsec';

const prefix = process.env.PREFIX ?? 'wolfsec.example';
const nats = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' });
using detector = await ThreatDetector.create({ rules: 'rules' });

process.once('SIGTERM', () => void nats.drain());
process.once('SIGINT', () => void nats.drain());

const subscription = nats.subscribe(`${prefix}.events`, { queue: 'workers' });
await nats.flush();
console.log(`listening on ${prefix}.events`);
for await (const message of subscription) {
  const { events, detections } = await detector.processBatch(Buffer.from(message.data));
  for (const { ruleId, level, title } of detections) {
    nats.publish(`${prefix}.detections`, JSON.stringify({ ruleId, level, title }));
  }
  // Senders that ask are told when their batch has been looked at.
  message.respond(JSON.stringify({ events, detections: detections.length }));
}
