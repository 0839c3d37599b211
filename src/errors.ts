/** Every code a {@link WolfsecError} can carry. Codes are stable: match on them, not on messages. */
export type WolfsecErrorCode =
  | 'WOLFSEC_INVALID_ARGUMENT'
  | 'WOLFSEC_LIMIT_EXCEEDED'
  | 'WOLFSEC_PATTERN_INVALID'
  | 'WOLFSEC_OPEN_FAILED'
  | 'WOLFSEC_NONCE_EXHAUSTED'
  | 'WOLFSEC_NONCE_REUSED'
  | 'WOLFSEC_INVALID_KEY'
  | 'WOLFSEC_UNKNOWN_KEY'
  | 'WOLFSEC_INVALID_PASSWORD_HASH'
  | 'WOLFSEC_QUEUE_FULL'
  | 'WOLFSEC_DISPOSED'
  | 'WOLFSEC_ABORTED'
  | 'WOLFSEC_RULE_INVALID'
  | 'WOLFSEC_RULE_UNSUPPORTED'
  | 'WOLFSEC_RULE_NOT_FOUND'
  | 'WOLFSEC_PIPELINE_INVALID'
  | 'WOLFSEC_EVENT_INVALID'
  | 'WOLFSEC_FORMAT_UNKNOWN'
  | 'WOLFSEC_INPUT_NOT_FOUND'
  | 'WOLFSEC_INPUT_DAMAGED'
  | 'WOLFSEC_INPUT_UNREADABLE'
  | 'WOLFSEC_NATIVE_UNAVAILABLE'
  | 'WOLFSEC_STORE_UNAVAILABLE'
  | 'WOLFSEC_STORE_FULL'
  | 'WOLFSEC_STORE_CORRUPT'
  | 'WOLFSEC_STORE_CONFLICT'
  | 'WOLFSEC_STORE_NEWER'
  | 'WOLFSEC_STORE_FAILED'
  | 'WOLFSEC_BROKER_UNAVAILABLE'
  | 'WOLFSEC_ADDRESS_REFUSED'
  | 'WOLFSEC_DELIVERY_FAILED'
  | 'WOLFSEC_FEED_INVALID'
  | 'WOLFSEC_INTERNAL';

/** Where in the caller's input an error lies. */
export interface ErrorLocation {
  /** The file, as the caller named it. */
  readonly file?: string;
  /** 1-based line. */
  readonly line?: number;
  /** 1-based column. */
  readonly column?: number;
  /** 0-based index of the event within its batch. */
  readonly eventIndex?: number;
}

export interface WolfsecErrorOptions extends ErrorOptions {
  readonly location?: ErrorLocation;
}

/** The one error class that Wolfsec throws on purpose. */
export class WolfsecError extends Error {
  readonly code: WolfsecErrorCode;
  readonly location?: ErrorLocation;

  /** Used by Wolfsec itself; a `location` is put in front of the message. */
  constructor(code: WolfsecErrorCode, message: string, options: WolfsecErrorOptions = {}) {
    const { location, ...rest } = options;
    super(location ? `${describeLocation(location)}: ${message}` : message, rest);
    this.name = 'WolfsecError';
    this.code = code;
    if (location) this.location = location;
  }
}

function describeLocation({ file, line, column, eventIndex }: ErrorLocation): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const event = eventIndex === undefined ? '' : `event ${eventIndex}`;
  return [place, event].filter(Boolean).join(', ') || 'input';
}

/** An argument that is not what the function takes. */
export function invalidArgument(name: string, expected: string): WolfsecError {
  return new WolfsecError('WOLFSEC_INVALID_ARGUMENT', `${name} must be ${expected}`);
}
