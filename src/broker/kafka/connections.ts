import { type Connection, instancesChannel } from '@platformatic/kafka';

/** Marks the connections of this adapter. */
export const context = Symbol('wolfsec');

/**
 * A connection that could not sign in tells of it, and once more when the broker resets it, which then nobody listens
 * to: that would end the process.
 */
instancesChannel.subscribe((told) => {
  const { type, instance } = told as { type: string; instance: Connection };
  if (type === 'connection' && instance.context === context) instance.on('error', () => {});
});
