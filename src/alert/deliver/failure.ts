import { WolfsecError } from '../../errors.ts';

/** A receiver that did not take a message. */
export class DeliveryFailure extends WolfsecError {
  /** Whether another attempt may succeed. */
  readonly retryable: boolean;
  /** What the receiver asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  /**
   * Made by receivers; any other error that one throws counts as retryable.
   *
   * @param options.retryable Whether another attempt may succeed.
   * @param options.retryAfterMs Milliseconds that the other side asked to wait; else the queue's back-off
   * decides.
   */
  constructor(
    message: string,
    options: { retryable: boolean; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super('WOLFSEC_DELIVERY_FAILED', message, { cause: options.cause });
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
