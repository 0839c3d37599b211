/** Comparison of secrets. */
export interface CompareBackend {
  /** Whether both hold the same bytes; the time depends on the lengths alone. */
  constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean;
}
