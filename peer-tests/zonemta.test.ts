/*
 * Real ZoneMTA, in both versions that are installed, keeps its queue, and our plugin makes its attempts into a small internet: what
 * ZoneMTA itself logs of each recipient is held against what the engine alone says of the same recipient.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Internet } from '../src/testing/index.js';
import { expectSameDeliveries, type HostWorld, handIn, RECIPIENTS, startHostWorld } from './host-world.js';
import { startZoneMta, type ZoneMta } from './zonemta.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const OUTCOMES = { ACCEPTED: 'delivered', DEFERRED: 'deferred', REJECTED: 'bounced' } as const;
const WAIT = { timeout: 120_000 } as const;

describe.each(['zone-mta', '@zone-eu/zone-mta'] as const)('%s', (name) => {
  let world: HostWorld;
  let internet: Internet;
  let zoneMta: ZoneMta;
  let folder: string;

  beforeAll(async () => {
    world = await startHostWorld({
      dns: Object.fromEntries(
        ['sender', 'silent'].flatMap((domain) => [
          [`MX ${domain}.test`, [`10 mx.${domain}.test`]],
          [`A mx.${domain}.test`, [`@mx.${domain}.test`]],
        ]),
      ),
      mail: { 'mx.sender.test': {}, 'mx.silent.test': { connect: 'silent' } },
    });
    internet = world.internet;
    folder = await mkdtemp(join(tmpdir(), 'waxseal-zonemta-ca-'));
    await writeFile(join(folder, 'ca.pem'), internet.caPem);
    zoneMta = await startZoneMta({
      name,
      plugin: {
        resolver: `${internet.resolver.address}:${internet.resolver.port}`,
        ca: join(folder, 'ca.pem'),
        port: internet.port,
        https_port: internet.httpsPort,
        allow_loopback: true,
        state: join(folder, 'state'),
      },
    });
  });
  afterAll(async () => {
    await zoneMta?.remove();
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What ZoneMTA has logged of a recipient, oldest first. */
  function logged(recipient: string) {
    const lines = zoneMta.log().split('\n');
    return lines.flatMap((line) => {
      const [, word, mx, says] =
        / (ACCEPTED|DEFERRED|REJECTED)\S* .*? mx=(\S+?)\[[^\]]*\] (?:message-)?id=\S+ \((.*)\)$/.exec(line) ??
        [];
      if (word === undefined || !line.includes(` to=${recipient} `)) return [];
      return [{ outcome: OUTCOMES[word as keyof typeof OUTCOMES], mx: mx!, says: says! }];
    });
  }

  it(`makes of ${RECIPIENTS.length} recipients what the engine alone would, and logs host, status and row`, async () => {
    await handIn(zoneMta, RECIPIENTS, 'stories');
    const alone = await world.alone(RECIPIENTS);
    for (const { recipient, domain, outcome, status, mx, because } of alone) {
      const [first] = await vi.waitFor(() => {
        const found = logged(recipient);
        expect(found, recipient).not.toEqual([]);
        return found;
      }, WAIT);
      expect(first, recipient).toMatchObject({ outcome, mx: mx ?? domain });
      expect(first!.says, recipient).toContain(`(${because!.row})`);
      expect(first!.says, recipient).toContain(` ${status} `);
    }
    expectSameDeliveries(world, alone);
  });

  it('tells the sender of who was refused, and names the real host', async () => {
    const notice = await vi.waitFor(() => {
      const found = internet
        .received('mx.sender.test')
        .find(({ text }) => text.includes('Final-Recipient: rfc822; u@refused.test'));
      if (found === undefined) throw new Error('there is no notice yet');
      return found.text;
    }, WAIT);
    expect(notice).toContain('Remote-MTA: dns; mx.refused.test');
    expect(notice).toContain('Action: failed');
    expect(internet.received('mx.sender.test').some(({ text }) => text.includes('u@full-452.test'))).toBe(
      false,
    );
  });

  it('tries again who has to wait, and nobody else', async () => {
    await vi.waitFor(() => expect(logged('u@later.test').length).toBeGreaterThan(1), WAIT);
    expect(logged('u@dane.test')).toHaveLength(1);
    expect(logged('u@refused.test')).toHaveLength(1);
  });

  it('hands on byte for byte what ZoneMTA has written', async () => {
    const body = `.dot\r\n..two\r\n${Array.from({ length: 8000 }, (_, at) => `.${at} ${'x'.repeat(60)}\r\n`).join('')}`;
    await handIn(zoneMta, ['u@plain.test'], 'dots', { body });
    const received = await vi.waitFor(() => {
      const found = internet.received('mx.plain.test').find(({ text }) => text.includes('Subject: dots'));
      if (found === undefined) throw new Error('not yet');
      return found.text;
    }, WAIT);
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(body);
    expect(received).toContain('(ZoneMTA)');
  });

  it('says the name of the pool in EHLO', () => {
    expect(
      internet.sessions('mx.plain.test').some(({ commands }) => commands.includes('EHLO pool.host.test')),
    ).toBe(true);
  });
});

it('attempts nothing where its configuration is wrong, and lets nobody else attempt it', async () => {
  const zoneMta = await startZoneMta({ name: 'zone-mta', plugin: { resolvr: '127.0.0.1:53' } });
  try {
    await handIn(zoneMta, ['u@plain.test'], 'x');
    await vi.waitFor(
      () => expect(zoneMta.log()).toMatch(/ DEFERRED\S* .* to=u@plain\.test .*there is no resolvr/),
      WAIT,
    );
    expect(zoneMta.log()).not.toMatch(/CONNECTING|REJECTED/);
  } finally {
    await zoneMta.remove();
  }
});
