import { invalidArgument, WolfsecError } from '../../errors.ts';
import { type Input, inputBytes, inputMaxBytes } from '../input.ts';
import { openFailed } from './status.ts';

/** Messages one behind the other: message `i` is `data.subarray(offsets[i], offsets[i + 1])`. */
export interface PackedMessages {
  readonly data: Uint8Array;
  /** One more than there are messages: begins with 0, never falls, ends with the length of `data`. */
  readonly offsets: Uint32Array;
}

/** Packs messages for the batch forms. */
export function packMessages(messages: readonly Input[]): PackedMessages {
  if (!Array.isArray(messages)) throw invalidArgument('messages', 'an array');
  // Unlike `map`, this sees the holes in an array.
  const parts = Array.from(messages, (message: Input, i) => inputBytes(message, `messages[${i}]`));
  const offsets = new Uint32Array(parts.length + 1);
  let at = 0;
  parts.forEach((part, i) => {
    at += part.length;
    if (at > inputMaxBytes) throw tooLarge();
    offsets[i + 1] = at;
  });
  const data = Buffer.allocUnsafe(at);
  parts.forEach((part, i) => {
    data.set(part, offsets[i] as number);
  });
  return { data, offsets };
}

/** The messages as views into `data`. */
export function unpackMessages({ data, offsets }: PackedMessages): Uint8Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => data.subarray(offsets[i], offsets[i + 1]));
}

/** Messages packed, whether or not they are so already. */
export function packedOf(messages: readonly Input[] | PackedMessages): PackedMessages {
  if (typeof messages !== 'object' || messages === null || !('offsets' in messages)) {
    return packMessages(messages);
  }
  checkPacked(messages);
  return messages;
}

/** Throws unless the offsets tell messages in `data`. */
function checkPacked(messages: PackedMessages): void {
  checkEnds(messages);
  const { offsets } = messages;
  for (let i = 1; i < offsets.length; i++) {
    if ((offsets[i] as number) < (offsets[i - 1] as number)) throw notRising();
  }
}

/** The offsets of the sealed messages. */
export function sealedOffsets(messages: PackedMessages, overhead: number): Uint32Array {
  checkEnds(messages);
  const { data, offsets } = messages;
  if (data.length + (offsets.length - 1) * overhead > inputMaxBytes) throw tooLarge();
  const sealed = new Uint32Array(offsets.length);
  for (let i = 1, start = 0; i < offsets.length; i++) {
    const end = offsets[i] as number;
    if (end < start) throw notRising();
    sealed[i] = end + i * overhead;
    start = end;
  }
  return sealed;
}

/** The offsets of the plaintexts. */
export function unsealedOffsets(messages: PackedMessages, overhead: number): Uint32Array {
  checkPacked(messages);
  const { offsets } = messages;
  const plain = new Uint32Array(offsets.length);
  for (let i = 1, start = 0; i < offsets.length; i++) {
    const end = offsets[i] as number;
    if (end - start < overhead) throw openFailed(i - 1);
    plain[i] = end - i * overhead;
    start = end;
  }
  return plain;
}

function checkEnds(messages: PackedMessages): void {
  const { data, offsets } = messages ?? {};
  if (!(data instanceof Uint8Array) || !(offsets instanceof Uint32Array)) {
    throw invalidArgument('messages', 'made by packMessages: { data: Uint8Array, offsets: Uint32Array }');
  }
  inputBytes(data, 'messages.data');
  if (offsets.length === 0 || offsets[0] !== 0 || offsets[offsets.length - 1] !== data.length) {
    throw notRising();
  }
}

const notRising = () =>
  invalidArgument('offsets', 'rising from 0 to the length of data, one more than messages');

function tooLarge(): WolfsecError {
  return new WolfsecError(
    'WOLFSEC_LIMIT_EXCEEDED',
    `a batch holds at most ${inputMaxBytes} bytes: make several`,
  );
}
