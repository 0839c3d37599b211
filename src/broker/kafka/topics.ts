import type { Admin } from '@platformatic/kafka';
import { WolfsecError } from '../../errors.ts';
import { type BrokerOptions, deadMs, type Topic } from '../broker.ts';
import { failedWith } from './failure.ts';

export const topicOf = (prefix: string, topic: Topic) => `${prefix}.${topic}`;

const dayMs = 86_400_000;

/** Makes the topics that are not there; gives how many partitions `events` has. */
export async function makeTopics(admin: Admin, options: BrokerOptions): Promise<number> {
  const { prefix, partitions, replicas, logMs } = options;
  const topics = {
    // As many workers as there are partitions can take events at once. Kafka deletes by age, taken or not.
    events: { partitions, retentionMs: Math.max(logMs, 7 * dayMs) },
    hits: { partitions, retentionMs: logMs },
    detections: { partitions: 1, retentionMs: logMs },
    dead: { partitions: 1, retentionMs: deadMs },
  };
  // Looked for first: who may not make topics may use those that are there.
  const known = new Set(await admin.listTopics());
  for (const [topic, config] of Object.entries(topics)) {
    const name = topicOf(prefix, topic as Topic);
    if (known.has(name)) continue;
    const making = admin.createTopics({
      topics: [name],
      partitions: config.partitions,
      replicas,
      configs: [
        { name: 'retention.ms', value: String(config.retentionMs) },
        { name: 'cleanup.policy', value: 'delete' },
        // What is answered is on two machines at least, where there are three.
        { name: 'min.insync.replicas', value: replicas > 2 ? '2' : '1' },
        // Logs are read from a time on: the broker's clock is one, those of the senders are many.
        { name: 'message.timestamp.type', value: 'LogAppendTime' },
      ],
    });
    // Another worker may have been faster.
    await making.catch((error: unknown) => {
      if (!failedWith(error, 'TOPIC_ALREADY_EXISTS')) throw error;
    });
  }
  const names = Object.keys(topics).map((topic) => topicOf(prefix, topic as Topic));
  const found = (await admin.metadata({ topics: names, forceUpdate: true })).topics;
  const hits = found.get(topicOf(prefix, 'hits'))?.partitionsCount ?? 0;
  if (hits < partitions) {
    // A hit would go to another partition than the one that counts its group.
    const message = `the topic ${topicOf(prefix, 'hits')} has ${hits} partitions, and ${partitions} are asked for`;
    throw new WolfsecError('WOLFSEC_INVALID_ARGUMENT', message);
  }
  return found.get(topicOf(prefix, 'events'))?.partitionsCount ?? partitions;
}
