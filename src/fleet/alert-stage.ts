import type { AlertManager } from '../alert/index.ts';
import type { Broker, LogMessage, Running } from '../broker/index.ts';
import type { Detection } from '../detect/index.ts';
import type { Store, StoredAlert, StoredEvent } from '../store/index.ts';
import { type AlertMessage, eventKey, readAlertMessage } from './messages.ts';
import { isFresh, type Offsets } from './offsets.ts';

export interface AlertStageOptions {
  readonly broker: Broker;
  readonly offsets: Offsets;
  readonly store: Store;
  /** Opens the alerts where whoever kept them before has left them. */
  readonly open: () => Promise<AlertManager>;
  readonly logMs: number;
  readonly now?: () => number;
}

const log = 'detections';

/**
 * Keeps the alerts of the whole fleet, on one machine at a time: grouping, silences and inhibition look across all of
 * them. The outbox lies in the shared store, so that the next keeper knows what was told to whom.
 */
export async function keepAlerts(
  options: AlertStageOptions,
  onEnd: (error: unknown) => void,
): Promise<Running & { readonly alerts: AlertManager }> {
  const { broker, offsets, store, logMs, now = Date.now } = options;
  const alerts = await options.open();
  try {
    const done = await offsets.get(log);
    const following = await broker.follow(log, 0, {
      sinceMs: done?.timeMs ?? now() - logMs,
      async take(messages) {
        const fresh = messages.filter((message) => isFresh(message, done));
        await raise(alerts, store, fresh);
        const last = fresh.at(-1);
        if (last) await offsets.put(log, { position: last.position, timeMs: last.timeMs });
      },
      onEnd,
    });
    return {
      alerts,
      async stop() {
        await following.stop();
        await alerts.close();
      },
    };
  } catch (error) {
    await alerts.close();
    throw error;
  }
}

async function raise(alerts: AlertManager, store: Store, messages: readonly LogMessage[]): Promise<void> {
  let detections: Detection[] = [];
  let texts: Record<string, string> = {};
  const raiseGathered = async () => {
    if (detections.length === 0) return;
    const { opened } = await alerts.raiseAll(detections);
    await store.events.insert(eventsOf(opened, texts));
    detections = [];
    texts = {};
  };
  for (const { data } of messages) {
    const message = readAlertMessage(data);
    if ('detections' in message) {
      detections.push(...message.detections);
      Object.assign(texts, message.texts);
      continue;
    }
    // What was raised before somebody acted is counted before it too.
    await raiseGathered();
    await act(alerts, message);
  }
  await raiseGathered();
}

/** The events that opened alerts, under the alerts' ids. */
function eventsOf(opened: readonly StoredAlert[], texts: Readonly<Record<string, string>>): StoredEvent[] {
  return opened.flatMap(({ id, firstMs, sample }) => {
    const { event } = sample as Detection;
    const key = eventKey(event);
    const body = Object.hasOwn(texts, key) ? texts[key] : undefined;
    if (body === undefined || event.source === undefined) return [];
    const { source, line } = event;
    return [{ id, source, ...(line === undefined ? {} : { line }), timeMs: firstMs, body }];
  });
}

async function act(alerts: AlertManager, message: Extract<AlertMessage, { act: string }>): Promise<void> {
  const { alertId, by, note } = message;
  if (message.act === 'acknowledge') await alerts.acknowledge(alertId, by, note);
  else if (message.act === 'resolve') await alerts.resolve(alertId, by, note);
}
