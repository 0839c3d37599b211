import type { AuthContext } from '../event.ts';

export type BindingHint = 'address' | 'user_agent';

const none: readonly BindingHint[] = Object.freeze([]);

/**
 * What differs from where the session was made. Addresses are compared by network (/24, /48), since
 * phones move within one; a hint, not proof: addresses change for good reasons.
 */
export function bindingChanges(device: AuthContext, context: AuthContext): readonly BindingHint[] {
  const moved =
    device.address !== undefined &&
    context.address !== undefined &&
    device.address !== context.address &&
    network(device.address) !== network(context.address);
  const changed =
    device.userAgent !== undefined &&
    context.userAgent !== undefined &&
    device.userAgent !== context.userAgent;
  if (!moved && !changed) return none;
  return [...(moved ? (['address'] as const) : []), ...(changed ? (['user_agent'] as const) : [])];
}

/** The /24 of an IPv4 address, the /48 of an IPv6 address; other text is its own network. */
export function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  const plain = mapped ? (mapped[1] as string) : address;
  if (plain.includes('.') && !plain.includes(':')) return plain.slice(0, plain.lastIndexOf('.'));
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.toLowerCase().split('%', 1)[0]!.split('::', 2);
  const front = head ? head.split(':') : [];
  const back = plain.includes('::') && tail ? tail.split(':') : [];
  const gap = Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back].slice(0, 3);
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}
