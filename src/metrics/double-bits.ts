const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Where the words of a double lie in memory. */
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const low = 1 - high;

/**
 * The high word of a positive double: exponent, then the first bits of the mantissa. One less where no other bit is set,
 * so that whatever a scale cuts the word down to, each of its steps holds its upper edge, as `le` means it.
 */
export function highWord(value: number): number {
  double[0] = value;
  return words[high]! - +(words[low] === 0);
}
