/** One pattern at one place: byte offsets in the input (a string's UTF-8), the end outside. */
export interface Match<Id = number> {
  readonly id: Id;
  readonly start: number;
  readonly end: number;
}
