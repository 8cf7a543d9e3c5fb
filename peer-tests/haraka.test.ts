/*
 * Real Haraka keeps its queue, and our plugin makes its attempts into a small internet: what it comes to for each recipient is held
 * against what the engine alone says of the same recipient, and what Haraka's own defects would make of it does not show.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Internet } from '../src/testing/index.js';
import { type Haraka, startHaraka } from './haraka.js';
import { expectSameDeliveries, type HostWorld, handIn, RECIPIENTS, startHostWorld } from './host-world.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const WORDS = ['ok', 'later', 'gone'] as const;
/** Everybody with everybody, at one host. */
const PAIRS = WORDS.flatMap((one) =>
  WORDS.map((two) => [`${one}1@pairs.test`, `${two}2@pairs.test`] as const),
);

describe('Haraka', () => {
  let world: HostWorld;
  let internet: Internet;
  let haraka: Haraka;
  let caFile: string;

  beforeAll(async () => {
    const rcpt = Object.fromEntries(
      ['1', '2', '9'].flatMap((number) => [
        [`later${number}@pairs.test`, '451 4.2.0 later'],
        [`gone${number}@pairs.test`, '550 5.1.1 gone'],
      ]),
    );
    world = await startHostWorld({
      dns: Object.fromEntries(
        ['pairs', 'sender', 'silent'].flatMap((name) => [
          [`MX ${name}.test`, [`10 mx.${name}.test`]],
          [`A mx.${name}.test`, [`@mx.${name}.test`]],
        ]),
      ),
      mail: {
        'mx.pairs.test': { replies: { rcpt } },
        'mx.sender.test': {},
        'mx.silent.test': { connect: 'silent' },
      },
    });
    internet = world.internet;
    caFile = join(tmpdir(), `waxseal-haraka-ca-${process.pid}.pem`);
    await writeFile(caFile, internet.caPem);
    haraka = await startHaraka({
      resolver: `${internet.resolver.address}:${internet.resolver.port}`,
      ca: caFile,
      port: internet.port,
      https_port: internet.httpsPort,
      allow_loopback: 'true',
    });
  });
  afterAll(async () => {
    await haraka?.remove();
    await world?.close();
  });

  const send = (to: readonly string[], subject: string, body?: string) =>
    handIn(haraka, to, subject, body === undefined ? {} : { body });

  /** What the plugin has logged of a recipient, from that place of the log on. */
  async function outcomesOf(recipient: string, from = 0): Promise<readonly string[]> {
    const text = (await haraka.log()).slice(from);
    const line = new RegExp(
      `<${recipient.replace(/[.]/g, '\\.')}> (delivered|deferred|bounced) ([\\d.]+) \\S+ \\S+ (\\S*)`,
      'g',
    );
    return [...text.matchAll(line)].map(([, outcome, status, row]) => `${outcome} ${status} ${row}`);
  }

  it(`makes of ${RECIPIENTS.length} recipients what the engine alone would`, async () => {
    await send(RECIPIENTS, 'stories');
    const alone = await world.alone(RECIPIENTS);
    for (const { recipient, outcome, status, because } of alone) {
      await vi.waitFor(
        async () =>
          expect((await outcomesOf(recipient))[0], recipient).toBe(`${outcome} ${status} ${because?.row}`),
        { timeout: 60_000 },
      );
    }
    expectSameDeliveries(world, alone);
  });

  it('says in EHLO what it goes by itself', () => {
    expect(
      internet.sessions('mx.plain.test').some(({ commands }) => commands.includes('EHLO haraka.example')),
    ).toBe(true);
  });

  it('gives each of two recipients his own outcome, in every pair, and tells the sender of those who are refused', async () => {
    for (const [one, two] of PAIRS) {
      const from = (await haraka.log()).length;
      const notices = internet.received('mx.sender.test').length;
      await send([one, two], `${one}-${two}`.replaceAll('@', '-'));
      const expected = (name: string) =>
        name.startsWith('ok') ? 'delivered' : name.startsWith('gone') ? 'bounced' : 'deferred';
      for (const recipient of [one, two]) {
        await vi.waitFor(
          async () =>
            expect((await outcomesOf(recipient, from))[0], `${one} ${two}`).toContain(expected(recipient)),
          { timeout: 60_000 },
        );
      }
      const refused = [one, two].filter((name) => name.startsWith('gone'));
      if (refused.length === 0) continue;
      const notice = await vi.waitFor(
        () => {
          const found = internet
            .received('mx.sender.test')
            .slice(notices)
            .find(({ text }) => text.includes(`Final-Recipient: rfc822;${refused[0]}`));
          if (found === undefined) throw new Error('there is no notice yet');
          return found.text;
        },
        { timeout: 60_000 },
      );
      for (const recipient of refused) expect(notice).toContain(`Final-Recipient: rfc822;${recipient}`);
      expect(notice).toContain('Action: failed');
      expect(notice).toContain('Status: 5.1.1');
      expect(notice).toContain('Remote-MTA: dns; mx.pairs.test');
      expect(notice).not.toContain(`Final-Recipient: rfc822;ok`);
    }
  });

  it('counts attempts, also across a kill, and goes on with those who wait alone', async () => {
    await haraka.stop('SIGKILL');
    await haraka.start();
    const from = (await haraka.log()).length;
    const before = internet.received('mx.pairs.test').length;
    await send(['ok9@pairs.test', 'later9@pairs.test'], 'again');
    await vi.waitFor(async () => expect(await outcomesOf('later9@pairs.test', from)).toHaveLength(2), {
      timeout: 60_000,
    });
    expect(await outcomesOf('ok9@pairs.test', from)).toHaveLength(1);
    const received = internet.received('mx.pairs.test').slice(before);
    expect(received.filter(({ text }) => text.includes('Subject: again'))).toHaveLength(1);
  });

  it('hands dots and long messages on byte for byte', async () => {
    const body = `.dot\r\n..two\r\n${Array.from({ length: 3000 }, (_, at) => `.${at} ${'x'.repeat(60)}\r\n`).join('')}.\u200b\r\n`;
    await send(['u@plain.test'], 'dots', body);
    const received = await vi.waitFor(
      () => {
        const found = internet.received('mx.plain.test').find(({ text }) => text.includes('Subject: dots'));
        if (found === undefined) throw new Error('not yet');
        return found.text;
      },
      { timeout: 60_000 },
    );
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(body);
  });

  it('is not overtaken by Haraka itself, however long an attempt takes', async () => {
    await send(['u@silent.test'], 'silent');
    // The plugin's hooks may take a second here; the next message begins and ends behind that.
    await vi.waitFor(() => expect(internet.connections('mx.silent.test')).toBe(1), { timeout: 60_000 });
    await send(['ok1@pairs.test'], 'behind');
    await new Promise((done) => setTimeout(done, 3_000));
    expect(await haraka.log()).not.toMatch(/plugin timed out|timed out waiting|plugin timeout/i);
    expect(internet.connections('mx.silent.test')).toBe(1);
  });
});
