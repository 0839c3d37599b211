import { WolfsecError } from '../errors.ts';

/** A line that is not an event. */
export interface LineFault {
  readonly code: 'WOLFSEC_EVENT_INVALID';
  readonly message: string;
  /** 0-based line of the batch. */
  readonly line: number;
}

const reasons: Readonly<Record<number, string>> = {
  1: 'not valid JSON',
  2: 'not a JSON object',
  3: 'nested deeper than 128 levels',
  4: 'longer than 16 MiB',
  5: 'not valid UTF-8',
};

export function lineFault(line: number, number: number): LineFault {
  return { code: 'WOLFSEC_EVENT_INVALID', message: reasons[number] ?? 'not an event', line };
}

/** The same as an error, for a single event. */
export function eventError(fault: LineFault): WolfsecError {
  return new WolfsecError(fault.code, `the event is ${fault.message}`, {
    location: { eventIndex: fault.line },
  });
}
