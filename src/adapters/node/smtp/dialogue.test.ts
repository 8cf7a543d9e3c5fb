import { once } from 'node:events';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Dialogue } from './dialogue.js';

describe('a dialogue over a socket that is gone already', () => {
  it('is lost for the reason that the socket went', async () => {
    const alert = Object.assign(new Error('alert'), { code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR' });
    expect(await new Dialogue(await gone(alert)).read(1000)).toEqual({ kind: 'lost', cause: 'tls-alert' });
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' });
    expect(await new Dialogue(await gone(reset)).read(1000)).toEqual({ kind: 'lost', cause: 'reset' });
    expect(await new Dialogue(await gone()).read(1000)).toEqual({ kind: 'lost', cause: 'closed' });
  });
});

async function gone(error?: Error): Promise<Socket> {
  const socket = new Socket();
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').catch(() => undefined);
  socket.destroy(error);
  await closed;
  return socket;
}
