/** A flat event made from a line of text. */
export type TextEvent = Record<string, string | number>;
