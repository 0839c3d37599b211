/** One part of the mixed load. */
export interface Load {
  readonly name: string;
  /** Opens what it needs and gives one step of work, a few hundred microseconds of it. */
  start(): Promise<{ step(i: number): unknown; stop?(): unknown }>;
}
