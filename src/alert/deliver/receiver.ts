import type { Notification } from '../notification.ts';

/** What a receiver is given beside the notification. */
export interface DeliveryContext {
  /** Aborts when the attempt has taken too long. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Somebody who is told. */
export interface Receiver {
  /** Resolves once the message is taken; throws {@link DeliveryFailure} to say whether to try again. */
  deliver(notification: Notification, context: DeliveryContext): Promise<void>;
  /** Lets go of connections; called once, when the manager closes. */
  close?(): Promise<void> | void;
}
