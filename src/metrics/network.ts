import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const channels = ['net.client.socket', 'net.server.socket'] as const;

/** Counts the bytes of this process's own TCP sockets, which the system does not tell by process. */
export function networkBytes(): { read(): { received: number; sent: number }; end(): void } {
  const open = new Set<Socket>();
  let received = 0;
  let sent = 0;
  const take = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (open.has(socket)) return;
    open.add(socket);
    socket.once('close', () => {
      if (!open.delete(socket)) return;
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    });
  };
  for (const channel of channels) subscribe(channel, take);
  return {
    read() {
      const total = { received, sent };
      for (const socket of open) {
        total.received += socket.bytesRead;
        total.sent += socket.bytesWritten;
      }
      return total;
    },
    end() {
      for (const channel of channels) unsubscribe(channel, take);
      open.clear();
    },
  };
}
