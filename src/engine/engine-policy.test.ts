import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryPolicyStore } from '../adapters/memory/index.js';
import { parseJournal, printJournal } from '../effects/codecs/journal.codec.js';
import { replay } from '../effects/replay.js';
import type { PolicyStore } from '../effects/stores.js';
import { programs } from '../machine/programs.js';
import { createNodeEngine } from '../node.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { settingsOf } from '../policy/settings.js';
import { type Internet, startInternet } from '../testing/index.js';
import type { Engine } from './engine.js';

const IDN = 'b\u00fccher.test';
const ASCII = 'xn--bcher-kva.test';
const SENT_IDN = 'k\u00e4se.test';
const SENT_ASCII = 'xn--kse-qla.test';
const DAY = 86_400_000;
const file = (mx: string, mode = 'enforce') => `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: 604800\n`;
let internet: Internet;
let store: PolicyStore;
let engine: Engine;
let passed = 0;
beforeAll(async () => {
  const domain = (name: string, mx: string) => ({
    [`MX ${name}`]: [`10 ${mx}`],
    [`A ${mx}`]: [`@${mx}`],
    [`TXT _mta-sts.${name}`]: ['v=STSv1; id=1;'],
    [`A mta-sts.${name}`]: [`@mta-sts.${name}`],
  });
  internet = await startInternet({
    dns: {
      ...domain(ASCII, `mx.${ASCII}`),
      ...domain(SENT_ASCII, `mx.${SENT_ASCII}`),
      ...domain('a.test', 'mx.a.test'),
      ...domain('renewed.test', 'mx.renewed.test'),
      ...domain('repaired.test', 'mx.repaired.test'),
      ...domain('down.test', 'mx.down.test'),
      'MX plain.test': ['10 mx.a.test'],
    },
    mail: {
      [`mx.${ASCII}`]: {},
      [`mx.${SENT_ASCII}`]: {},
      'mx.a.test': {},
      'mx.renewed.test': {},
      'mx.repaired.test': {},
      'mx.down.test': { connect: 'refuse' },
    },
    policy: {
      [`mta-sts.${ASCII}`]: { body: file(`mx.${ASCII}`) },
      [`mta-sts.${SENT_ASCII}`]: { body: file(`mx.${SENT_ASCII}`) },
      'mta-sts.a.test': { body: file('mx.a.test') },
      'mta-sts.renewed.test': { body: file('mx.renewed.test') },
      'mta-sts.repaired.test': { body: file('mx.repaired.test') },
      'mta-sts.down.test': { body: file('mx.down.test') },
    },
  });
  store = memoryPolicyStore({ entriesMax: 100 });
  engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    dnsCache: 'off',
    clock: () => Date.now() + passed,
    settings: settingsOf('rfc', {
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
      destinations: [
        {
          destination: 'repaired.test',
          demand: 'none',
          relay: { host: 'relay.test', port: 25 },
          owner: 'o',
          reason: 'r',
          expiresAt: 0,
        },
      ],
    }),
    adapters: {
      'policy-cache.read': store['policy-cache.read'],
      'policy-cache.write': store['policy-cache.write'],
    },
  });
});
afterAll(() => internet.close());

const deliver = (to: string) =>
  engine.deliver({
    from: '',
    to: [to],
    content: () => [Buffer.from('Subject: x\r\n\r\n')],
    facts: PLAIN_FACTS,
  });
const asked = (journal: { attempts: readonly { entries: readonly unknown[] }[] }) =>
  journal.attempts
    .flatMap(({ entries }) => entries as readonly { kind: string; ask?: { type: string; name?: string } }[])
    .flatMap(({ ask }) => (ask === undefined ? [] : [`${ask.type} ${ask.name ?? ''}`.trim()]));

describe('a policy by itself', () => {
  it('is found by one TXT lookup at the A-labels, and no mail host is looked for (STS-3.1-1)', async () => {
    const found = await engine.policy(IDN, { purpose: 'learn' });
    expect(asked(found.journal)).toEqual([
      `dns.txt _mta-sts.${ASCII}`,
      'policy-cache.read',
      `dns.addresses mta-sts.${ASCII}`,
      'policy.fetch',
      'policy-cache.write',
    ]);
    expect(found).toMatchObject({
      domain: ASCII,
      policy: {
        domain: ASCII,
        verdict: 'adopt',
        known: { kind: 'policy', freshness: 'fresh', policy: { mode: 'enforce' } },
        record: { kind: 'found', id: '1' },
        before: { cached: null },
        after: { cached: { id: '1' } },
      },
    });
    expect(found.decisions.map(({ row }) => row)).toEqual(['STS-5', 'STS-20']);
    expect(internet.connections(`mx.${ASCII}`)).toBe(0);
    const again = await engine.policy(IDN, { purpose: 'learn' });
    expect(asked(again.journal)).not.toContain('policy.fetch');
    expect(again.policy).toMatchObject({ verdict: 'use-cached', fetched: null });
  });

  it('is renewed with the record gone, and kept when its host is, too (STS-10.2-1, STS-3.3-12)', async () => {
    const first = await engine.policy('renewed.test', { purpose: 'learn' });
    await internet.change({ dns: { 'TXT _mta-sts.renewed.test': null } });
    passed += DAY;
    const renewed = await engine.policy('renewed.test', { purpose: 'refresh' });
    expect(renewed.decisions.map(({ row }) => row)).toEqual(['STS-18', 'STS-20']);
    const fetchedAt = (result: typeof first) =>
      result.policy?.after.kind === 'read' ? (result.policy.after.cached?.fetchedAt ?? 0) : 0;
    expect(fetchedAt(renewed) - fetchedAt(first)).toBeGreaterThanOrEqual(DAY);
    await internet.change({ policy: { 'mta-sts.renewed.test': { status: 500 } } });
    const failed = await engine.policy('renewed.test', { purpose: 'refresh' });
    expect(failed.decisions.map(({ row }) => row)).toEqual(['STS-18', 'STS-21']);
    expect(failed.policy).toMatchObject({
      verdict: 'use-cached-stale',
      after: { cached: { id: '1' }, failure: { id: '1' } },
    });
    const backingOff = await engine.policy('renewed.test', { purpose: 'refresh' });
    expect(backingOff.decisions.map(({ row }) => row)).toEqual(['STS-19']);
    expect(internet.connections('mx.renewed.test')).toBe(0);
  });

  it('can be replayed from its journal', async () => {
    const { journal, policy } = await engine.policy('a.test', { purpose: 'refresh' });
    const parsed = parseJournal(printJournal(journal));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(replay(programs, parsed.value.attempts[0]!)).toMatchObject({ kind: 'same', result: { policy } });
  });

  it('is not asked for an address, which has none (STS-3.4-3)', async () => {
    await expect(engine.policy('[192.0.2.1]', { purpose: 'learn' })).rejects.toMatchObject({
      code: 'WAXSEAL_BAD_DOMAIN',
    });
    await expect(engine.policy('a test', { purpose: 'learn' })).rejects.toThrow('not a domain');
    const { journal } = await deliver(`u@[${internet.addressOf('mx.a.test')}]`);
    expect(asked(journal).filter((each) => /dns\.|policy/.test(each))).toEqual([]);
  });
});

describe('a message under an enforced policy', () => {
  it('is sent to a host that was asked for by its MX name (STS-7.1-1)', async () => {
    const { results } = await deliver(`u@${SENT_IDN}`);
    expect(results).toMatchObject([{ outcome: 'delivered', authentication: 'pkix' }]);
    const host = `mx.${SENT_ASCII}`;
    expect(internet.received(host)).toMatchObject([{ serverName: host }]);
  });

  it('meets a closed port, and nobody calls that a failure of the policy (STS-B-1)', async () => {
    const { results } = await deliver('u@down.test');
    expect(results).toMatchObject([{ outcome: 'deferred', status: '4.4.1' }]);
    expect(results[0]!.reports.flatMap(({ details }) => details)).toEqual([]);
  });
});

describe('the last look before a bounce', () => {
  it('sees the policy that was repaired in the meantime, and nothing where nothing is new (STS-5-4, STS-5.1-3, STS-5.1-4)', async () => {
    passed += DAY;
    await internet.change({
      dns: { 'TXT _mta-sts.repaired.test': ['v=STSv1; id=2;'] },
      policy: { 'mta-sts.repaired.test': { body: file('elsewhere.test') } },
    });
    const { attempts, results } = await deliver('u@repaired.test');
    expect(results).toMatchObject([{ outcome: 'deferred', status: '4.7.5' }]);
    const [last] = attempts;
    const same = await engine.lastLook(last!);
    expect(same.decision).toMatchObject({ row: 'LOOK-3', verdict: 'may-bounce' });
    expect(asked(same.found!.journal)).toContain('dns.txt _mta-sts.repaired.test');
    await internet.change({
      dns: { 'TXT _mta-sts.repaired.test': ['v=STSv1; id=3;'] },
      policy: { 'mta-sts.repaired.test': { status: 500 } },
    });
    expect((await engine.lastLook(last!)).decision.row).toBe('LOOK-4');
    expect((await engine.lastLook(last!, { patience: 'spent' })).decision.row).toBe('LOOK-5');
    passed += 300_000;
    await internet.change({ policy: { 'mta-sts.repaired.test': { body: file('mx.repaired.test') } } });
    expect((await engine.lastLook(last!)).decision.verdict).toBe('grant-another-attempt');
    expect((await deliver('u@repaired.test')).results).toMatchObject([{ outcome: 'delivered' }]);
  });

  it('asks nobody where no policy stood in the way', async () => {
    const { attempts } = await deliver('u@down.test');
    expect(await engine.lastLook(attempts[0]!)).toMatchObject({ decision: { row: 'LOOK-1' }, found: null });
  });
});
