/*
 * A mail system hands mail over by LMTP, several recipients at a time, into a small internet. What it makes of each recipient is held
 * against what the engine alone says of him.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStores } from '../src/adapters/memory/index.js';
import { type LmtpServer, lmtpServer } from '../src/hosts/lmtp/index.js';
import type { Daemon } from './daemon.js';
import { expectSameDeliveries, type HostWorld, handIn, RECIPIENTS, startHostWorld } from './host-world.js';

/** What a mail system has made of one recipient at one attempt. */
export interface HandedOver {
  readonly recipient: string;
  readonly outcome: 'delivered' | 'deferred' | 'bounced';
  /** Its own words, in which ours stand. */
  readonly says: string;
}

export interface LmtpHost extends Daemon {
  /** Where it takes mail. */
  readonly port: number;
  /** Tries again at once whatever waits. */
  readonly flush: () => Promise<void>;
  /** All that it has handed over, in order, once there are that many. */
  readonly handedOver: (count: number) => Promise<readonly HandedOver[]>;
}

/** Its notices to senders are mail of its own. */
const SENDER = { from: 's@sender.example' };

/** `start`: in front of an LMTP server at that port. */
export function lmtpHost(name: string, start: (lmtpPort: number) => Promise<LmtpHost>): void {
  describe(`${name}, by LMTP`, () => {
    let world: HostWorld;
    let server: LmtpServer;
    let host: LmtpHost;
    const attempts: number[] = [];

    beforeAll(async () => {
      world = await startHostWorld();
      server = await lmtpServer({
        engine: world.engine,
        attempts: memoryStores().attempts,
        name: 'waxseal.test',
        onReport: (_, attempt) => attempts.push(attempt),
      });
      const address = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
      host = await start(address.kind === 'tcp' ? address.port : 0);
    }, 120_000);
    afterAll(async () => {
      await host?.stop();
      await server?.close(0);
      await world?.close();
    });

    it(`gives each of ${RECIPIENTS.length} recipients of one message what became of it, and logs the row`, async () => {
      await handIn(host, RECIPIENTS, 'all', SENDER);
      const told = await host.handedOver(RECIPIENTS.length);
      const alone = await world.alone(RECIPIENTS);
      for (const { recipient, outcome, status, because } of alone) {
        const own = told.find((each) => each.recipient === recipient);
        expect(own?.outcome, recipient).toBe(outcome);
        expect(own?.says, recipient).toContain(`(${because!.row})`);
        expect(own?.says, recipient).toContain(` ${status} `);
      }
      expectSameDeliveries(world, alone);
    }, 240_000);

    it('tries again who waits, as the next attempt at the same message, and delivers to nobody twice', async () => {
      const before = (await host.handedOver(0)).length;
      attempts.length = 0;
      const taken = world.receivedBy('b@dane.test');
      await handIn(host, ['a@later.test', 'b@dane.test'], 'again', SENDER);
      await host.handedOver(before + 2);
      await host.flush();
      const log = await host.handedOver(before + 3);
      expect(log.slice(before).filter(({ recipient }) => recipient === 'b@dane.test')).toHaveLength(1);
      expect(attempts).toContain(2);
      expect(world.receivedBy('b@dane.test')).toBe(taken + 1);
    }, 240_000);
  });
}
