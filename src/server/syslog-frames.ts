/** Longer messages are passed over. */
const maxMessageBytes = 64 * 1024;

/**
 * Cuts a TCP stream into syslog messages (RFC 6587): counted octets (`11 <34>1 hello`), or lines. Each message tells
 * by its first byte which it is. Holds one message at most.
 */
export class SyslogFrames {
  readonly #tooLong: () => void;
  #held = Buffer.alloc(0);
  /** Bytes of a message that is too long which are still to come; all up to the next line end where it is a line. */
  #skip = 0;
  #skipLine = false;

  constructor(tooLong: () => void) {
    this.#tooLong = tooLong;
  }

  push(chunk: Buffer): string[] {
    const messages: string[] = [];
    let data = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    while (data.length > 0) {
      const rest = this.#next(data, messages);
      if (rest === undefined) break;
      data = data.subarray(rest);
    }
    // A copy, so that a small rest does not keep a large chunk.
    this.#held = Buffer.from(data);
    return messages;
  }

  /** What is left when the sender is done: the last line may lack its end. */
  end(): string[] {
    const text = this.#skipLine ? '' : this.#held.toString('utf8').trim();
    this.#held = Buffer.alloc(0);
    return text === '' || /^\d+ /.test(text) ? [] : [text];
  }

  /** Takes one message or piece off the front; tells how many bytes, `undefined` where more must come. */
  #next(data: Buffer, messages: string[]): number | undefined {
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, data.length);
      this.#skip -= skipped;
      return skipped;
    }
    const counted = this.#skipLine ? null : /^(\d{1,9}) /.exec(data.toString('latin1', 0, 10));
    if (counted) return this.#counted(data, counted, messages);
    const end = data.indexOf(0x0a);
    if (end === -1) return this.#unfinishedLine(data);
    if (this.#skipLine) this.#skipLine = false;
    else if (end > maxMessageBytes) this.#tooLong();
    else add(messages, data.toString('utf8', 0, end));
    return end + 1;
  }

  #counted(data: Buffer, [head, digits]: RegExpExecArray, messages: string[]): number | undefined {
    const length = Number(digits);
    const start = (head as string).length;
    if (length > maxMessageBytes) {
      this.#tooLong();
      this.#skip = length;
      return start;
    }
    if (data.length < start + length) return undefined;
    add(messages, data.toString('utf8', start, start + length));
    return start + length;
  }

  #unfinishedLine(data: Buffer): number | undefined {
    if (this.#skipLine) return data.length;
    if (data.length <= maxMessageBytes) return undefined;
    this.#tooLong();
    this.#skipLine = true;
    return data.length;
  }
}

function add(messages: string[], message: string): void {
  const text = message.trimEnd();
  if (text !== '') messages.push(text);
}
