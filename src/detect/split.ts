/** Cuts a batch behind line ends into pieces of about `bytes`. */
export function splitLines(batch: Uint8Array, bytes: number): Uint8Array[] {
  if (batch.length <= bytes) return [batch];
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < batch.length; ) {
    const newline = start + bytes < batch.length ? batch.indexOf(0x0a, start + bytes) : -1;
    const end = newline === -1 ? batch.length : newline + 1;
    pieces.push(batch.subarray(start, end));
    start = end;
  }
  return pieces;
}
