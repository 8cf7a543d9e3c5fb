/*
 * Real Nodemailer sends one message to all stories at once. What its info says of each recipient is held against what the engine
 * alone says of the same recipient.
 */
import { createTransport, type SentMessageInfo } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waxsealTransport } from '../src/hosts/nodemailer/index.js';
import { createNodeEngine, type NodeEngine, readMessage, settingsOf } from '../src/node.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { HOST_STORIES, worldOfStories } from './host-stories.js';

const domains = Object.keys(HOST_STORIES);
const to = domains.map((name) => `u@${name}.test`);

describe('Nodemailer', () => {
  let internet: Internet;
  let engine: NodeEngine;

  beforeAll(async () => {
    internet = await startInternet(worldOfStories());
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', {
        port: internet.port,
        httpsPort: internet.httpsPort,
        privateAddresses: 'allow',
      }),
    });
  });
  afterAll(async () => {
    await engine?.close();
    await internet?.close();
  });

  it(`gives each of ${domains.length} recipients of one message what the engine alone would`, async () => {
    const transport = createTransport(waxsealTransport({ engine }));
    const info: SentMessageInfo = await transport.sendMail({ from: 's@sender.test', to, text: 'Hello.' });
    const message = readMessage(Buffer.from('Subject: x\r\n\r\n'), to);
    const alone = await engine.deliver({
      from: 's@sender.test',
      to,
      content: message.content,
      facts: { ...message.facts, requireTls: 'no', report: 'none' },
    });
    const of = (wanted: string) =>
      alone.results.filter(({ outcome }) => outcome === wanted).map(({ recipient }) => recipient);
    expect(info.accepted).toEqual(of('delivered'));
    expect(info.rejected).toEqual(of('bounced'));
    expect(info.pending).toEqual(of('deferred'));
    expect(info.results.map(({ because }: { because: { row: string } }) => because.row)).toEqual(
      alone.results.map(({ because }) => because?.row),
    );
    for (const name of domains) {
      const isDelivered = of('delivered').includes(`u@${name}.test`);
      // Once by Nodemailer and once by the engine alone.
      expect(internet.received(`mx.${name}.test`), name).toHaveLength(isDelivered ? 2 : 0);
    }
    transport.close();
  });

  it('tells each failure by itself as it tells it among others', async () => {
    const transport = createTransport(waxsealTransport({ engine }));
    for (const recipient of to) {
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
