import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeEngine } from '../node.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { settingsOf } from '../policy/settings.js';
import { type Internet, startInternet } from '../testing/index.js';
import type { DeliveryResult, Engine } from './engine.js';

const IDN = 'b\u00fccher.test';
const ASCII = 'xn--bcher-kva.test';

let internet: Internet;
let engine: Engine;

beforeAll(async () => {
  internet = await startInternet({
    signedZones: [ASCII],
    dns: {
      [`MX ${ASCII}`]: [`10 mx.${ASCII}`],
      [`A mx.${ASCII}`]: ['@mx'],
      [`TLSA mx.${ASCII}`]: ['3 1 1 @mx'],
      'MX none.test': ['0 .'],
    },
    mail: { mx: { certificate: { names: [`mx.${ASCII}`] } } },
  });
  const settings = settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' });
  engine = createNodeEngine({ resolver: internet.resolver, ca: [internet.caPem], settings });
});
afterAll(() => internet.close());

const deliver = (...to: readonly string[]) =>
  engine.deliver({ from: '', to, content: () => [Buffer.from('Subject: x\r\n\r\n')], facts: PLAIN_FACTS });

/** Names that were asked of the DNS, by anybody in the attempt. */
function namesAsked({ journal }: DeliveryResult): readonly string[] {
  const text = JSON.stringify(journal.attempts.map(({ entries }) => entries));
  return [...text.matchAll(/"type":"dns\.\w+",[^}]*?"name":"([^"]*)"/g)].map(([, name]) => name!);
}

describe('an internationalized domain', () => {
  it('is looked up by its A-labels, in every lookup there is (DNS-5891-1, U8-3.2-1)', async () => {
    const explained = await engine.explain(IDN);
    const delivered = await deliver(`u@${IDN}`, `v@B\u00dcCHER.test`);
    for (const result of [explained, delivered]) {
      const names = namesAsked(result);
      expect(names).toEqual(
        expect.arrayContaining([
          ASCII,
          `_mta-sts.${ASCII}`,
          `mx.${ASCII}`,
          `_${internet.port}._tcp.mx.${ASCII}`,
        ]),
      );
      for (const name of names) expect(name).toMatch(/^[!-~]+$/);
    }
    expect(delivered.results).toMatchObject([
      { outcome: 'delivered', authentication: 'dane' },
      { outcome: 'delivered', authentication: 'dane' },
    ]);
    expect(delivered.attempts).toHaveLength(1);
  });

  it("is written in A-labels, the sender's too, also to a host without SMTPUTF8 (U8-3.2-2)", async () => {
    const content = () => [Buffer.from('Subject: x\r\n\r\n')];
    const { results, journal } = await engine.deliver({
      from: `s@${IDN}`,
      to: [`u@${IDN}`],
      content,
      facts: PLAIN_FACTS,
    });
    expect(results).toMatchObject([{ outcome: 'delivered', recipient: `u@${ASCII}` }]);
    const [sent] = journal.attempts[0]!.entries.flatMap((entry) =>
      entry.kind === 'ask' && entry.ask.type === 'smtp.send' ? [entry.ask] : [],
    );
    expect(sent).toMatchObject({ sender: `s@${ASCII}`, recipients: [`u@${ASCII}`] });
  });

  it('that is none is refused for good, before anything is asked (DNS-5891-1)', async () => {
    const bad = [
      'b\u00fc\u0378.test',
      'a\u200db\u00fc.test',
      'xn--\u00fc.test',
      '\u00fc..test',
      '\u2603.test',
      '\u00fc_.test',
    ];
    for (const domain of bad) {
      await expect(engine.explain(domain), domain).rejects.toMatchObject({ code: 'WAXSEAL_BAD_DOMAIN' });
      await expect(deliver(`u@${domain}`), domain).rejects.toMatchObject({ code: 'WAXSEAL_BAD_ADDRESS' });
    }
  });

  it('in A-labels that stand for nothing is a name like any other: it is not there (DNS-5891-1)', async () => {
    const { results } = await deliver('u@xn--0.test');
    expect(results).toMatchObject([{ outcome: 'bounced' }]);
  });
});

it('an address without its brackets is no domain, and nobody is asked (SMTP-4.1.2-1)', async () => {
  for (const to of ['u@192.0.2.1', 'u@1.2.3', 'u@256.1.1.1'])
    await expect(deliver(to)).rejects.toMatchObject({ code: 'WAXSEAL_BAD_ADDRESS' });
});

it('a single label is asked for as it is, without a suffix (SMTP-5.1-1)', async () => {
  const result = await deliver('u@localdomain');
  expect(new Set(namesAsked(result))).toContain('localdomain');
  for (const name of namesAsked(result)) expect(name.split('.').at(-1)).toBe('localdomain');
  expect(result.results).toMatchObject([{ outcome: 'bounced' }]);
});

it('a null MX that nobody signed is honoured all the same (NULLMX-5-1)', async () => {
  const { results } = await deliver('u@none.test');
  expect(results).toMatchObject([{ outcome: 'bounced', status: '5.1.10', mxSecure: false }]);
});
