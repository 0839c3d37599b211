/** What is asked of a Redis client: one script run, one key deleted. See {@link fromIoredis} and {@link fromNodeRedis}. */
export interface RedisScripts {
  /** Runs a Lua script with one key, as `EVAL` does. */
  run(script: string, key: string, args: readonly string[]): Promise<unknown>;
  /** Deletes a key, as `DEL` does. */
  delete(key: string): Promise<unknown>;
}

/** Hears what other processes publish. See {@link hearIoredis} and {@link hearNodeRedis}. */
export interface RedisListener {
  /**
   * Calls `heard` with each message of the channel, and `connected` whenever it begins to hear: at first, and after each
   * time in which it may have missed something. Gives a function that ends it.
   */
  listen(channel: string, heard: (message: string) => void, connected: () => void): () => void;
}

/** The part of `ioredis` that is used. */
export interface IoredisLike {
  /** `EVAL`. */
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
}

/** The part of `redis` (node-redis) that is used. */
export interface NodeRedisLike {
  /** `EVAL`. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
}

/** Lets a client of ioredis run the scripts of limits and bans. */
export const fromIoredis = (client: IoredisLike): RedisScripts => ({
  run: (script, key, args) => client.eval(script, 1, key, ...args),
  delete: (key) => client.del(key),
});

/** Lets a client of node-redis run the scripts of limits and bans. */
export const fromNodeRedis = (client: NodeRedisLike): RedisScripts => ({
  run: (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] }),
  delete: (key) => client.del(key),
});

/** The part of a subscribing `ioredis` client that is used. */
export interface IoredisListenerLike {
  /** `ready` where commands are answered. */
  readonly status: string;
  /** `SUBSCRIBE`. */
  subscribe(channel: string): Promise<unknown>;
  /** `UNSUBSCRIBE`. */
  unsubscribe(channel: string): Promise<unknown>;
  /** As an `EventEmitter`'s. */
  on(event: string, listener: (...args: never[]) => void): unknown;
  /** As an `EventEmitter`'s. */
  off(event: string, listener: (...args: never[]) => void): unknown;
}

/** Hears through a client of ioredis of its own, e.g. `client.duplicate()`: one that subscribes does nothing else. */
export const hearIoredis = (client: IoredisListenerLike): RedisListener => ({
  listen(channel, heard, connected) {
    const message = (from: string, text: string) => {
      if (from === channel) heard(text);
    };
    // A subscription that fails is made again when the connection is.
    const ready = () => void client.subscribe(channel).then(connected, () => {});
    client.on('message', message);
    client.on('ready', ready);
    if (client.status === 'ready') ready();
    return () => {
      client.off('message', message);
      client.off('ready', ready);
      client.unsubscribe(channel).catch(() => {});
    };
  },
});

/** The part of a subscribing node-redis client that is used. */
export interface NodeRedisListenerLike {
  /** Whether commands are answered. */
  readonly isReady: boolean;
  /** `SUBSCRIBE`. */
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  /** `UNSUBSCRIBE`. */
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  /** As an `EventEmitter`'s. */
  on(event: string, listener: () => void): unknown;
  /** As an `EventEmitter`'s. */
  off(event: string, listener: () => void): unknown;
}

/** Hears through a client of node-redis of its own, e.g. `client.duplicate()`: one that subscribes does nothing else. */
export const hearNodeRedis = (client: NodeRedisListenerLike): RedisListener => ({
  listen(channel, heard, connected) {
    const message = (text: string) => heard(text);
    const ready = () => void client.subscribe(channel, message).then(connected, () => {});
    client.on('ready', ready);
    if (client.isReady) ready();
    return () => {
      client.off('ready', ready);
      client.unsubscribe(channel, message).catch(() => {});
    };
  },
});
