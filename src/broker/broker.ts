/**
 * What passes between the machines of a fleet. `events` is a queue: each message goes to one worker. `hits` (in
 * partitions) and `detections` are logs, read in order from any place in them. `dead` keeps what could not be taken.
 */
export type Topic = 'events' | 'hits' | 'detections' | 'dead';

/** How long dead letters are kept, for people to look at. */
export const deadMs = 30 * 86_400_000;

export interface Outgoing {
  /** The same message always has the same id: a broker that can drops repeats by it. */
  readonly id: string;
  readonly data: Uint8Array;
  /** `hits`: which partition. Default 0. */
  readonly partition?: number;
}

/** A message of the queue, to be settled in one of three ways. */
export interface QueueMessage {
  readonly id: string;
  readonly data: Uint8Array;
  /** When the broker took it, in milliseconds since the epoch. */
  readonly timeMs: number;
  /** How often it was given out, this time included. */
  readonly deliveries: number;
  /** Done: it does not come again. */
  ack(): Promise<void>;
  /** To come again, after a while. */
  retry(delayMs: number): Promise<void>;
  /** Still at it: the broker is not to give it to another worker yet. */
  working(): void;
}

/** A message of a log. */
export interface LogMessage {
  readonly id: string;
  readonly data: Uint8Array;
  readonly timeMs: number;
  /** Its place: of two places of one log, the later one is the greater text. */
  readonly position: string;
}

export interface ConsumeOptions {
  /** Bytes of messages that are given out and not settled, roughly. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Takes messages that came together; settles each of them before it resolves. Called one at a time. */
  readonly take: (messages: readonly QueueMessage[]) => Promise<void>;
  /** Bytes handed to one `take` at most, a single message aside. Default 1 MiB. */
  readonly batchBytes?: number;
  readonly onError?: (error: unknown) => void;
}

/** Something that runs until it is stopped; `stop` waits for what is under way. */
export interface Running {
  stop(): Promise<void>;
}

export interface FollowOptions {
  /** Messages from this time on, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Takes messages in order; called one at a time. Where it fails, following ends with that error. */
  readonly take: (messages: readonly LogMessage[]) => Promise<void>;
  readonly onEnd: (error: unknown) => void;
}

interface QueueFigures {
  /** Messages that no worker has taken yet. */
  readonly waiting: number;
  /** Messages given out and not settled. */
  readonly pending: number;
}

/** A broker that carries the fleet's topics. */
export interface Broker {
  /** E.g. `nats`; the door's name in metrics. */
  readonly kind: string;
  /**
   * Resolves when the broker has taken all of them.
   *
   * @throws {WolfsecError} `WOLFSEC_BROKER_UNAVAILABLE` where it did not: send them again, under the same ids.
   *   `WOLFSEC_STORE_FULL` where it has no room.
   */
  publish(topic: Topic, messages: readonly Outgoing[]): Promise<void>;
  /** Takes messages off the queue, together with the other workers. */
  consume(options: ConsumeOptions): Promise<Running>;
  /** Reads one partition of a log. */
  follow(topic: 'hits' | 'detections', partition: number, options: FollowOptions): Promise<Running>;
  queue(): Promise<QueueFigures>;
  /** Whether the broker answers; the reason where it does not. */
  health(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}

/** PEM texts for TLS. */
export interface BrokerTls {
  /** Authorities to trust instead of those that Node knows. */
  readonly ca?: string;
  /** This side's certificate and its key, for a broker that asks for one. */
  readonly cert?: string;
  readonly key?: string;
}

export interface BrokerOptions {
  /** Comes before the names of streams and subjects. Default `wolfsec`. */
  readonly prefix: string;
  /** Partitions of `hits`; the same on every machine. Default 16. */
  readonly partitions: number;
  /** Copies of each stream in a cluster. Default 1. */
  readonly replicas: number;
  /** Bytes that may wait in `events` at most; beyond it publishing is refused. Default 1 GiB. */
  readonly maxQueueBytes: number;
  /** How long logs keep messages: twice the longest timespan of a correlation at least. Default 48 hours. */
  readonly logMs: number;
  /** How long a message may be worked on before it goes to another worker. Default 30 seconds. */
  readonly ackWaitMs: number;
  /** Kafka: what TLS needs beyond the address. */
  readonly tls?: BrokerTls;
  /** Kafka: the password of the user that the address names without one. */
  readonly password?: string;
  readonly onError?: (error: unknown) => void;
}
