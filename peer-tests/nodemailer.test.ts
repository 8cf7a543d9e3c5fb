/*
 * Real Nodemailer sends one message to all stories at once. What its info says of each recipient is held against what the engine
 * alone says of the same recipient.
 */
import { createTransport, type SentMessageInfo } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waxsealTransport } from '../src/hosts/nodemailer/index.js';
import { expectSameDeliveries, type HostWorld, RECIPIENTS, startHostWorld } from './host-world.js';

describe('Nodemailer', () => {
  let world: HostWorld;

  beforeAll(async () => {
    world = await startHostWorld();
  });
  afterAll(() => world?.close());

  it(`gives each of ${RECIPIENTS.length} recipients of one message what the engine alone would`, async () => {
    const transport = createTransport(waxsealTransport({ engine: world.engine }));
    const info: SentMessageInfo = await transport.sendMail({
      from: 's@sender.test',
      to: RECIPIENTS,
      text: 'Hello.',
    });
    const alone = await world.alone(RECIPIENTS);
    const of = (wanted: string) =>
      alone.filter(({ outcome }) => outcome === wanted).map(({ recipient }) => recipient);
    expect(info.accepted).toEqual(of('delivered'));
    expect(info.rejected).toEqual(of('bounced'));
    expect(info.pending).toEqual(of('deferred'));
    expect(info.results.map(({ because }: { because: { row: string } }) => because.row)).toEqual(
      alone.map(({ because }) => because?.row),
    );
    expectSameDeliveries(world, alone);
    transport.close();
  });

  it('tells each failure by itself as it tells it among others', async () => {
    const transport = createTransport(waxsealTransport({ engine: world.engine }));
    for (const recipient of RECIPIENTS) {
      const sent = await transport.sendMail({ from: 's@sender.test', to: recipient, text: 'Hello.' }).then(
        (info: SentMessageInfo) => info,
        (error: SentMessageInfo) => error,
      );
      const failed = [...(sent.rejectedErrors ?? []), ...(sent.pendingErrors ?? [])];
      if (failed.length === 0) {
        expect(sent.accepted).toEqual([recipient]);
        continue;
      }
      const { code, responseCode, permanent, recipient: named } = failed[0];
      expect(sent, recipient).toMatchObject({ code, responseCode, permanent });
      expect(named).toBe(recipient);
      expect(responseCode >= 500).toBe(permanent);
    }
    transport.close();
  });
});
