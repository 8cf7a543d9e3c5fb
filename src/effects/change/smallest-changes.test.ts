import { describe, expect, it } from 'vitest';
import type { Scenario, Step } from '../../adapters/scripted/scenario.js';
import type { World } from '../../adapters/scripted/world.js';
import { programs } from '../../machine/programs.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import type { JournalEntry } from '../journal.js';
import { type Change, smallestChanges } from './smallest-changes.js';

const TO = { to: ['user@a.example'] } as const;

function playedIn(world: World, step: Partial<Step> = {}, settings: Scenario['settings'] = {}) {
  const scenario: Scenario = { name: 'x', world, settings, steps: [{ message: TO, expect: [], ...step }] };
  const { journal, results } = simulateScenario(scenario).steps[0]!;
  return { outcome: results[0]!.outcome, journal: journal.attempts[0]! };
}

function changesIn(...args: Parameters<typeof playedIn>): readonly Change[] {
  return smallestChanges(playedIn(...args).journal, 0, programs).changes;
}

const PLAIN: World = {
  dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['@mx.a.example'] },
  mail: { 'mx.a.example': {} },
};
const with_ = (dns: World['dns'], mail: World['mail'] = PLAIN.mail, more: Partial<World> = {}): World => ({
  ...PLAIN,
  ...more,
  dns: { ...PLAIN.dns, ...dns },
  ...(mail === undefined ? {} : { mail }),
});
const STS = {
  'TXT _mta-sts.a.example': ['v=STSv1; id=1;'],
  'A mta-sts.a.example': ['@mta-sts.a.example'],
};
const served = (...mx: readonly string[]) => ({
  policy: {
    'mta-sts.a.example': {
      body: ['version: STSv1', 'mode: enforce', ...mx.map((name) => `mx: ${name}`), 'max_age: 86400'].join(
        '\n',
      ),
    },
  },
});

it('takes nothing for granted of a host that nobody has named yet', () => {
  for (const mx of [['0 .'], { fails: 'bogus' }, { denial: 'nxdomain' }] as const) {
    const [change] = changesIn({ dns: { 'MX a.example': mx } });
    expect(change).toMatchObject({
      by: 'recipient',
      verdict: 'delivered',
      assumed: ['The MX records of a.example name a host that takes the message.'],
    });
  }
});

it('is for the operator to bring about where he named the host', () => {
  const relay = { host: 'relay.example', port: 25 };
  const rule = { destination: '*', demand: 'none', relay, owner: 'o', reason: 'r', expiresAt: null } as const;
  const settings = { destinations: [rule] };
  const refuses = { 'relay.example': { replies: { rcpt: { '*': '451 4.7.1 not you' } } } };
  const changes = [
    ...changesIn({ dns: {} }, {}, settings),
    ...changesIn({ dns: { 'A relay.example': ['@relay.example'] }, mail: refuses }, {}, settings),
  ];
  expect(changes).toMatchObject([
    { by: 'operator', what: 'Publish an address record of relay.example.' },
    { by: 'operator', what: expect.stringContaining('"451 4.7.1 not you"') },
  ]);
});

it('whose MX answer is not believed beside a kept policy is to name a host that the policy lists', () => {
  const scenario: Scenario = {
    name: 'x',
    world: with_(STS, undefined, served('*.mail.example', 'mx.a.example')),
    steps: [
      { message: TO, expect: [] },
      { change: { dns: { 'MX a.example': ['0 .'] } }, message: TO, expect: [] },
    ],
  };
  const { journal } = simulateScenario(scenario).steps[1]!;
  const { changes } = smallestChanges(journal.attempts[0]!, 0, programs);
  expect(changes.map(({ what }) => what)).toEqual([
    'Publish an MX record of a.example that names a mail host that its MTA-STS policy lists, in place of the null MX.',
  ]);
});

it('what two have to do says who has to do the second', () => {
  const message = { ...TO, requireTls: true } as const;
  const concessions = changesIn({ dns: {} }, { message }).filter(({ kind }) => kind === 'concession');
  expect(concessions.map(({ by, what }) => [by, what])).toEqual([
    [
      'recipient',
      'See that a.example, which does not exist, exists and has an MX record that names a mail host. And the sender: Send the message without REQUIRETLS.',
    ],
  ]);
});

describe('whoever was stopped', () => {
  it.each(['dns.mx', 'dns.addresses', 'tls.handshake', 'smtp.send', 'end-of-data'] as const)(
    'at %s has nobody else to blame',
    (stop) => {
      expect(changesIn(PLAIN, { stop }).map(({ by, what }) => [by, what])).toEqual([
        ['operator', 'Let the attempt run to its end: it was stopped, or its deadline passed.'],
      ]);
    },
  );
});

describe('the smallest change, made in the world', () => {
  it.each<[string, World, RegExp, Change['by'], World]>([
    [
      'a record of another key',
      with_({ 'TLSA mx.a.example': [`3 1 1 ${'ab'.repeat(32)}`] }, undefined, { signedZones: ['.'] }),
      /^Publish "_25\._tcp\.mx\.a\.example\. IN TLSA 3 1 1 [0-9A-F]{64}"/,
      'recipient',
      with_({ 'TLSA mx.a.example': ['3 1 1 @mx.a.example'] }, undefined, { signedZones: ['.'] }),
    ],
    [
      'a policy that does not list the host',
      with_(STS, undefined, served('other.a.example')),
      /with the line "mx: mx\.a\.example" under a new id/,
      'recipient',
      with_(STS, undefined, served('other.a.example', 'mx.a.example')),
    ],
    [
      'a certificate for another name under an enforced policy',
      with_(STS, { 'mx.a.example': { certificate: { names: ['b.example'] } } }, served('mx.a.example')),
      /^Present at mx\.a\.example a certificate for mx\.a\.example .* is for b\.example\./,
      'recipient',
      with_(STS, undefined, served('mx.a.example')),
    ],
    [
      'no STARTTLS under an enforced policy',
      with_(STS, { 'mx.a.example': { starttls: 'not-offered' } }, served('mx.a.example')),
      /offers STARTTLS, and that nothing on the way takes it out\.$/,
      'recipient',
      with_(STS, undefined, served('mx.a.example')),
    ],
    [
      'a host that nobody answers at',
      with_({}, { 'mx.a.example': { connect: 'refuse' } }),
      /one can connect to mx\.a\.example .* \(refused\)\.$/,
      'network',
      PLAIN,
    ],
    [
      'a null MX',
      with_({ 'MX a.example': ['0 .'] }),
      /^Publish an MX record of a\.example that names a mail host, in place of the null MX\.$/,
      'recipient',
      PLAIN,
    ],
    [
      'a failed lookup of TLSA records',
      with_({ 'TLSA mx.a.example': { fails: 'timeout' } }, undefined, { signedZones: ['.'] }),
      /^See that our resolver can look up the TLSA records at _25\._tcp\.mx\.a\.example/,
      'resolver',
      with_({}, undefined, { signedZones: ['.'] }),
    ],
  ])('%s', (_, world, what, by, repaired) => {
    expect(playedIn(world).outcome).not.toBe('delivered');
    const changes = changesIn(world);
    const found = changes.find((change) => what.test(change.what));
    expect(found, JSON.stringify(changes)).toMatchObject({ by, kind: 'repair', verdict: 'delivered' });
    expect(found!.all).toHaveLength(1);
    expect(playedIn(repaired).outcome).toBe('delivered');
  });

  it('may be two edits that belong together', () => {
    const certificate = { issuer: 'self' } as const;
    const world = with_(STS, { 'mx.a.example': { certificate } }, served('other.a.example'));
    const [repair] = changesIn(world);
    expect(repair).toMatchObject({
      kind: 'repair',
      verdict: 'delivered',
      all: [expect.stringContaining('"mx: mx.a.example"')],
    });
    expect(repair!.assumed).toContain('mx.a.example presents a certificate that is valid for it.');
    const both = {
      ...world,
      signedZones: ['.'],
      dns: { ...world.dns, 'TLSA mx.a.example': { fails: 'bogus' } as const },
    };
    expect(changesIn(both).find(({ kind }) => kind === 'repair')!.all).toHaveLength(2);
  });

  it('names what gives a demand up last, and never where something as small keeps them all but in their company', () => {
    const world = with_(STS, undefined, served('other.a.example'));
    const kinds = changesIn(world).map(({ kind }) => kind);
    expect(kinds).toEqual([...kinds].sort().reverse());
    expect(new Set(kinds)).toEqual(new Set(['repair', 'concession']));
  });

  it('of a message that went through says what would have stopped it', () => {
    const changes = changesIn(with_({}, { 'mx.a.example': { starttls: 'not-offered' } }));
    expect(changes.map(({ by, verdict }) => [by, verdict])).toEqual([
      ['sender', 'bounced'],
      ['operator', 'deferred'],
      ['operator', 'deferred'],
      ['operator', 'deferred'],
    ]);
  });

  it('asks for no step that was refused only because the one before it was', () => {
    const world = with_({}, { 'mx.a.example': { replies: { rcpt: { '*': '451 4.7.1 later' } } } });
    const { journal } = playedIn(world);
    // A server with PIPELINING answers to DATA, too.
    const data = { code: 554, lines: ['5.5.1 No valid recipients'] };
    const pipelined = (entry: JournalEntry): JournalEntry =>
      entry.kind === 'answer' && entry.event.type === 'smtp.send.answered'
        ? { ...entry, event: { ...entry.event, answer: { ...entry.event.answer, data } } }
        : entry;
    const { changes } = smallestChanges({ ...journal, entries: journal.entries.map(pipelined) }, 0, programs);
    expect(changes).toMatchObject([
      { by: 'recipient', verdict: 'delivered', assumed: ['mx.a.example takes the message.'] },
    ]);
    expect(changes[0]!.all).toEqual([expect.stringMatching(/accepts RCPT; it says "451 4\.7\.1 later"\.$/)]);
  });

  it('speaks of one recipient alone', () => {
    const replies = { rcpt: { 'b@a.example': '550 5.1.1 no such user', 'c@a.example': '451 4.2.1 later' } };
    const world = with_({}, { 'mx.a.example': { replies } });
    const { journal } = playedIn(world, { message: { to: ['a@a.example', 'b@a.example', 'c@a.example'] } });
    const first = (place: number) => smallestChanges(journal, place, programs).changes[0];
    expect(first(1)).toMatchObject({
      by: 'sender',
      what: expect.stringContaining('"550 5.1.1 no such user"'),
    });
    expect(first(2)).toMatchObject({ by: 'recipient', what: expect.stringContaining('"451 4.2.1 later"') });
  });

  it('has nothing to say of a record that the engine decides otherwise today, or that has no end', () => {
    const { journal } = playedIn(PLAIN);
    const refused = { ...journal.result!.recipients[0]!, outcome: 'deferred' } as const;
    const altered = { ...journal, result: { ...journal.result!, recipients: [refused] } };
    expect(smallestChanges(altered, 0, programs).changes).toEqual([]);
    expect(smallestChanges({ ...journal, result: null }, 0, programs).changes).toEqual([]);
    expect(smallestChanges({ ...journal, entries: [] }, 0, programs).changes).not.toContain(undefined);
  });
});

it('a record in a zone that is not signed decides nothing, and is built upon: it can be signed once it is there', () => {
  const rule = { destination: '*', demand: 'dane', owner: 'o', reason: 'a test', expiresAt: null } as const;
  const world: World = {
    signedZones: ['.'],
    dns: {
      'MX a.example': ['10 mx.b.test'],
      'A mx.b.test': ['@mx.b.test'],
      'TLSA mx.b.test': { denial: 'nodata', security: 'insecure' },
    },
    mail: { 'mx.b.test': {} },
  };
  const { journal, outcome } = playedIn(world, {}, { destinations: [rule] });
  expect(outcome).toBe('deferred');
  const { sets } = smallestChanges(journal, 0, programs, { runsMax: 5_000 });
  const keys = sets.map((edits) => edits.map(({ key }) => key.split(' ').slice(1).join(' ')));
  expect(keys).toContainEqual(
    expect.arrayContaining(['_25._tcp.mx.b.test published', '_25._tcp.mx.b.test signed']),
  );
});
