import { expect, it } from 'vitest';
import { explainReasons } from '../effects/explain.js';
import type { Programs } from '../effects/simulate.js';
import { programs } from '../machine/programs.js';
import { createNodeEngine } from '../node.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { settingsOf } from '../policy/settings.js';
import { startInternet } from '../testing/index.js';

/** How many attempts are played while it runs. */
function counting() {
  const seen = { plays: 0 };
  const counted: Programs = {
    ...programs,
    attempt: {
      ...programs.attempt,
      start: (input, told) => {
        seen.plays++;
        return programs.attempt.start(input, told);
      },
    },
  };
  return { seen, counted };
}

it('are seen while an attempt behind the first is made, and are those of a replay', async () => {
  await using internet = await startInternet({
    signedZones: ['a.test'],
    dns: {
      'MX a.test': ['10 mx.a.test', '20 mx2.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'A mx2.a.test': ['@mx2.a.test'],
      'TLSA mx.a.test': [`3 1 1 ${'ab'.repeat(32)}`],
      'MX b.test': ['10 mx.b.test'],
      'A mx.b.test': ['@mx.b.test'],
      'MX c.test': { fails: 'servfail' },
    },
    mail: {
      'mx.a.test': {},
      'mx2.a.test': { connect: 'refuse' },
      'mx.b.test': { replies: { rcpt: { '*': '450 4.2.0 later', 'y@b.test': '550 5.1.1 nobody' } } },
    },
  });
  const settings = settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' });
  const engine = createNodeEngine({ resolver: internet.resolver, ca: [internet.caPem], settings });
  const to = ['x@a.test', 'x@b.test', 'y@b.test', 'x@c.test'];
  const content = () => [Buffer.from('Subject: x\r\n\r\n')];
  const rows: (string | undefined)[][] = [];
  for (const attempt of [1, 2]) {
    const { journal } = await engine.deliver({ from: '', to, content, facts: PLAIN_FACTS }, { attempt });
    for (const record of journal.attempts) {
      const { seen, counted } = counting();
      const reasons = explainReasons(record, counted);
      expect(seen.plays).toBe(attempt === 1 ? 1 : 0);
      expect(reasons).toEqual(explainReasons({ ...record }, programs));
      rows.push(reasons.map((each) => each?.row));
    }
  }
  expect(rows.slice(3)).toEqual([['PEER-6'], ['REPLY-4', 'REPLY-5'], ['MX-6']]);
});
