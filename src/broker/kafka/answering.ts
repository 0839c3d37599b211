import { Admin } from '@platformatic/kafka';
import type { ClientOptions } from './address.ts';

const answerWithinMs = 5_000;

/**
 * The same brokers, the first that answers before all others: a client asks whichever it can connect to first, and a
 * broker that hangs still takes connections.
 *
 * @throws what the last one was at, where none answers
 */
export async function answeringFirst(client: ClientOptions): Promise<ClientOptions> {
  const { bootstrapBrokers: brokers } = client;
  let failure: unknown;
  for (const [at, broker] of brokers.entries()) {
    try {
      await ask({ ...client, bootstrapBrokers: [broker] });
      return { ...client, bootstrapBrokers: [...brokers.slice(at), ...brokers.slice(0, at)] };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function ask(client: ClientOptions): Promise<void> {
  const limits = { retries: 0, connectTimeout: answerWithinMs, requestTimeout: answerWithinMs };
  const admin = new Admin({ ...client, ...limits });
  try {
    await admin.listApis();
  } finally {
    await admin.close().catch(() => {});
  }
}
