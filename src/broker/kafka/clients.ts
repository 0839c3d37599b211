import { Admin, Producer } from '@platformatic/kafka';
import type { ClientOptions } from './address.ts';
import { answeringFirst } from './answering.ts';

const answerWithinMs = 5_000;
const slowMs = 2_000;
/** Longer than anything that waits for a client of before. */
const retireAfterMs = 15_000;
const patience = { retries: 3, retryDelay: 250, requestTimeout: answerWithinMs };

/** What asks and sends. Both are made anew, with another broker first, where the first one hangs. */
export class Clients {
  #options: ClientOptions;
  #admin: Admin;
  #producer: Producer;
  #looking: Promise<void> | undefined;
  readonly #retired = new Map<Admin | Producer, NodeJS.Timeout>();
  #closed = false;

  private constructor(options: ClientOptions) {
    this.#options = options;
    this.#admin = new Admin({ ...options, ...patience });
    this.#producer = new Producer({ ...options, ...patience });
  }

  /** @throws where no broker answers */
  static async open(options: ClientOptions): Promise<Clients> {
    return new Clients(await answeringFirst(options));
  }

  get options(): ClientOptions {
    return this.#options;
  }

  get producer(): Producer {
    return this.#producer;
  }

  ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    return this.watched(question(this.#admin));
  }

  /** Where it fails, or is slow, it is looked whether another broker is to come first. */
  async watched<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#look(), slowMs);
    try {
      return await work;
    } catch (error) {
      this.#look();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #look(): void {
    this.#looking ??= answeringFirst(this.#options)
      .then((options) => this.#use(options))
      // None answers: then there is no better order.
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
      });
  }

  #use(options: ClientOptions): void {
    if (this.#closed || options.bootstrapBrokers[0] === this.#options.bootstrapBrokers[0]) return;
    for (const client of [this.#admin, this.#producer]) {
      this.#retired.set(
        client,
        setTimeout(() => void this.#retire(client), retireAfterMs),
      );
    }
    this.#options = options;
    this.#admin = new Admin({ ...options, ...patience });
    this.#producer = new Producer({ ...options, ...patience });
  }

  async #retire(client: Admin | Producer): Promise<void> {
    clearTimeout(this.#retired.get(client));
    this.#retired.delete(client);
    await (client instanceof Producer ? client.close(true) : client.close()).catch(() => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [this.#admin, this.#producer, ...this.#retired.keys()];
    await Promise.all(all.map((client) => this.#retire(client)));
  }
}
