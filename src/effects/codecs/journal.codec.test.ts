import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { AttemptInput, AttemptResult } from '../../policy/attempt/types.js';
import type { CertificateFacts, KeyFacts, PeerFacts } from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import type { DnsAnswer } from '../../policy/dns/answer.js';
import { COMMANDS, EXCHANGE_CAUSES } from '../../policy/host/exchange.js';
import { FAILURE_CATEGORIES, type HostRun, type RecipientState } from '../../policy/host/types.js';
import type { RequirementId } from '../../policy/kernel/requirement-id.js';
import type { Decision } from '../../policy/kernel/table.js';
import type { CachedPolicy, FetchFailure } from '../../policy/mta-sts/policy.js';
import { policyCache } from '../../policy/mta-sts/policy-cache.table.js';
import type { PolicyFindings } from '../../policy/mta-sts/policy-findings.js';
import type { Candidate, Destination } from '../../policy/mx/candidate.js';
import { AUTH_FAILURES } from '../../policy/relay/auth.js';
import { AUTH_MECHANISMS } from '../../policy/relay/transport.js';
import { PLAIN_FACTS } from '../../policy/require-tls/message.js';
import { PROFILES, type ProfileName, type Settings, settingsOf } from '../../policy/settings.js';
import { LOST_CAUSES, type Lost, type Reply } from '../../policy/smtp/reply.js';
import type { TlsReportPolicy } from '../../policy/tls-report/tally.js';
import type { AnswerOf, AskOf } from '../catalog.js';
import { JOURNAL_FORMAT, JOURNAL_VERSION, type Journal, type JournalEntry } from '../journal.js';
import type { JournalledEffect } from './asks.codec.js';
import { JOURNAL_LENGTH_MAX, parseJournal, printJournal } from './journal.codec.js';

describe('parseJournal', () => {
  it('reads back what printJournal writes, and that prints the same', () => {
    fc.assert(
      fc.property(aJournal, (journal) => {
        const text = printJournal(journal);
        const parsed = parseJournal(text);
        expect(parsed).toEqual({ ok: true, value: journal });
        if (parsed.ok) expect(printJournal(parsed.value)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('knows every question and every answer', () => {
    for (const [type, { ask, answer }] of Object.entries(ofEffect)) {
      fc.assert(
        fc.property(ask, answer as fc.Arbitrary<unknown>, (asked, answered) => {
          const entries = [
            { kind: 'ask', ask: { type, id: 1, ...asked } },
            { kind: 'answer', event: { type: `${type}.answered`, id: 1, at: 5, answer: answered } },
          ] as JournalEntry[];
          const journal = journalOf(entries);
          expect(parseJournal(printJournal(journal))).toEqual({ ok: true, value: journal });
        }),
        { numRuns: 30 },
      );
    }
  });

  it('keeps citations of requirements that there are no more', () => {
    const gone = JSON.stringify(journalOf([])).replace(/"refs":\[[^\]]*\]/g, '"refs":["GONE-1"]');
    expect(parseJournal(gone)).toMatchObject({
      ok: true,
      value: { attempts: [{ result: { decisions: [{ refs: ['GONE-1'] }] } }] },
    });
  });

  it('reads journals from before addresses were raced, other names were told apart, and results said what was found of the policy', () => {
    const connect = {
      type: 'smtp.connect',
      id: 1,
      session: 1,
      address: '192.0.2.1',
      port: 25,
      deadlineMs: 5,
    };
    const greeting = { kind: 'greeted', reply: { code: 220, lines: ['hi'] }, localAddress: '192.0.2.2' };
    const event = (type: string, answer: unknown) => ({
      kind: 'answer',
      event: { type: `${type}.answered`, id: 1, at: 5, answer },
    });
    const {
      ipAddresses: _1,
      otherNames: _2,
      criticalExtensions: _3,
      ...old
    } = fc.sample(aCertificate, { numRuns: 1, seed: 1 })[0]!;
    const nameConstraints = { kind: 'dns', permitted: ['a'], excluded: [] };
    const peer = {
      kind: 'presented',
      chain: [{ ...old, nameConstraints }],
      anchors: [],
      signatures: [],
      path: { kind: 'trusted' },
    };
    const { policy: _6, ...result } = attempt.result!;
    const { addressRacing: _4, addressRacingDelayMs: _5, ...settings } = settingsOf('rfc');
    const entries = [
      { kind: 'ask', ask: connect },
      event('smtp.connect', greeting),
      event('smtp.connect', { kind: 'lost', cause: 'closed' }),
      event('peer.inspect', peer),
    ];
    const parsed = parseJournal(
      JSON.stringify({
        ...journalOf([]),
        attempts: [{ ...attempt, input: { ...attempt.input, settings }, entries, result }],
      }),
    );
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        attempts: [
          {
            input: { settings: { addressRacing: 'off', addressRacingDelayMs: 250 } },
            result: { policy: null },
            entries: [
              { ask: { ...connect, alternate: null } },
              { event: { answer: { ...greeting, address: '' } } },
              { event: { answer: { kind: 'lost', address: '' } } },
              {
                event: {
                  answer: {
                    chain: [
                      {
                        ipAddresses: [],
                        otherNames: [],
                        criticalExtensions: 'known',
                        nameConstraints: { ...nameConstraints, otherForms: [] },
                      },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    });
  });

  it('reads journals in which each recipient has the states of all', () => {
    const [run, state] = [fc.sample(aHostRun, { numRuns: 1, seed: 1 })[0]!, fc.sample(aState, 1)[0]!];
    const resultWith = (host: HostRun) => ({
      ...attempt.result!,
      recipients: [
        {
          ...{ recipient: 'x@a.example', outcome: 'deferred' as const, status: '4.2.0', state, host },
          ...{ decision: null, because: null },
        },
      ],
    });
    const journalWith = (host: HostRun) => ({
      ...journalOf([]),
      attempts: [{ ...attempt, result: resultWith(host) }],
    });
    const old = { ...run, recipients: [state] };
    expect(parseJournal(JSON.stringify(journalWith(old)))).toEqual({ ok: true, value: journalWith(run) });
  });

  it('refuses names and addresses of more than one line, which would be printed between others', () => {
    const parsed = parseJournal(
      JSON.stringify({
        ...journalOf([]),
        attempts: [
          {
            ...attempt,
            input: {
              ...attempt.input,
              destination: { kind: 'domain', name: 'a.example\nwell' },
              recipients: ['x@a.example\u2028'],
            },
          },
        ],
      }),
    );
    expect(parsed).toMatchObject({
      problems: [
        { path: 'attempts[0].input.destination.name', expected: 'a text of one line' },
        { path: 'attempts[0].input.recipients[0]', expected: 'a text of one line' },
      ],
    });
  });

  describe('of many recipients of a host', () => {
    const [run, state] = [fc.sample(aHostRun, { numRuns: 1, seed: 1 })[0]!, fc.sample(aState, 1)[0]!];
    const journalTo = (hosts: readonly (HostRun | number | null)[]) => {
      const told = { recipient: 'x@a.example', outcome: 'deferred', status: '4.2.0', state };
      const recipients = hosts.map((host) => ({ ...told, host, decision: null, because: null }));
      return {
        ...journalOf([]),
        attempts: [{ ...attempt, result: { ...attempt.result!, recipients } }],
      } as Journal;
    };
    const decided = (times: number): HostRun => ({
      ...run,
      decisions: Array.from({ length: times }, () => attempt.result!.decisions[0]!).map(
        ({ mx: _, ...own }) => own,
      ),
    });

    it('says once what the host came to, and is read back as it was', () => {
      const lengthOf = (recipients: number, decisions: number) => {
        const host = decided(decisions);
        const journal = journalTo(Array.from({ length: recipients }, () => host));
        const text = printJournal(journal);
        expect(parseJournal(text)).toEqual({ ok: true, value: journal });
        return text.length;
      };
      expect(lengthOf(100, 50) - lengthOf(100, 10)).toBe(lengthOf(1, 50) - lengthOf(1, 10));
    });

    it('prints the same whether or not hosts that are equal are one', () => {
      const shared = decided(2);
      const journal = journalTo([shared, null, decided(3), shared, decided(3)]);
      const text = printJournal(journal);
      expect(text).toBe(printJournal(JSON.parse(JSON.stringify(journal))));
      const read = parseJournal(text);
      expect(read).toEqual({ ok: true, value: journal });
      expect(read.ok && printJournal(read.value)).toBe(text);
    });

    it('reads those in which the host stands with each', () => {
      const journal = journalTo([decided(2), decided(2)]);
      expect(parseJournal(JSON.stringify(journal))).toEqual({ ok: true, value: journal });
    });

    it('takes no place of nobody, of a later recipient, or of one who has no host of his own', () => {
      for (const [at, hosts] of [
        [0, [0]],
        [0, [1, run]],
        [1, [run, -1]],
        [1, [run, 0.5]],
        [1, [null, 0]],
        [1, [run, 7]],
        [2, [null, run, 0]],
      ] as const)
        expect(parseJournal(JSON.stringify(journalTo(hosts)))).toMatchObject({
          ok: false,
          problems: [{ path: `attempts[0].result.recipients[${at}].host` }],
        });
      // Of one who has himself a place.
      expect(parseJournal(JSON.stringify(journalTo([run, 0, 1])))).toMatchObject({ ok: false });
    });
  });

  it('reports unknown keys wherever they are', () => {
    const quit = { type: 'smtp.quit', id: 1, session: 1, deadlineMs: 5, force: 'yes' } as const;
    const known = expect.arrayContaining(['type', 'id', 'session', 'deadlineMs']);
    expect(parseJournal(printJournal(journalOf([{ kind: 'ask', ask: quit }])))).toEqual({
      ok: false,
      problems: [
        { path: 'attempts[0].entries[0].ask.force', expected: 'no such key', actual: '"yes"', known },
      ],
    });
    const settings = { ...settingsOf('rfc'), sentinel: 1 };
    expect(problemsOf({ attempts: [{ ...attempt, input: { ...attempt.input, settings } }] })).toMatchObject([
      { path: 'attempts[0].input.settings.sentinel', expected: 'no such key' },
    ]);
    expect(problemsOf({ extra: 1 })).toMatchObject([{ path: 'extra' }]);
  });

  it('reports what is missing, and words that it does not know', () => {
    const { purpose: _, ...input } = attempt.input;
    expect(problemsOf({ attempts: [{ ...attempt, input }] })).toEqual([
      {
        path: 'attempts[0].input.purpose',
        expected: '"deliver" or "explain" or "learn-policy" or "refresh-policy"',
        actual: 'nothing',
      },
    ]);
    const entries = [
      { kind: 'answer', event: { type: 'smtp.quit.answered', id: 1, at: 5, answer: { kind: 'lost' } } },
    ];
    expect(problemsOf({ attempts: [{ ...attempt, entries }] })).toMatchObject([
      { path: 'attempts[0].entries[0].event.answer.kind', expected: '"closed"', actual: '"lost"' },
    ]);
    const run = [{ kind: 'ask', ask: { type: 'host.run', id: 1 } }];
    expect(problemsOf({ attempts: [{ ...attempt, entries: run }] })).toMatchObject([
      { path: 'attempts[0].entries[0].ask.type', actual: '"host.run"' },
    ]);
    expect(problemsOf({ attempts: [{ ...attempt, entries: [{}] }] })).toMatchObject([
      { path: 'attempts[0].entries[0].kind', expected: '"ask" or "answer" or "run" or "end"' },
    ]);
  });

  it('names both versions and both formats, and says nothing else', () => {
    expect(problemsOf({ version: 2, attempts: 'elsewhere' })).toEqual([
      { path: 'version', expected: 'version 1', actual: 'version 2' },
    ]);
    expect(problemsOf({ format: 'waxseal-policy-cache', version: 2 })).toEqual([
      { path: 'format', expected: '"waxseal-journal"', actual: '"waxseal-policy-cache"' },
    ]);
    expect(parseJournal('{}')).toMatchObject({ problems: [{ path: 'format', actual: 'nothing' }] });
  });

  it('refuses a journal that was cut off anywhere', () => {
    const text = printJournal(journalOf([{ kind: 'run', id: 1, host: 'mx.a.example' }])).trimEnd();
    for (let length = 0; length < text.length; length += 7) {
      expect(parseJournal(text.slice(0, length))).toMatchObject({
        problems: [{ path: '', expected: 'JSON' }],
      });
    }
  });

  it('refuses numbers that are none', () => {
    const text = printJournal(journalOf([{ kind: 'end', id: 1, at: 77 }])).replace('77', '1e999');
    expect(parseJournal(text)).toMatchObject({ problems: [{ path: 'attempts[0].entries[0].at' }] });
  });

  it('does not parse what is too long', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(parseJournal(' '.repeat(JOURNAL_LENGTH_MAX + 1))).toEqual({
      ok: false,
      problems: [{ path: '', expected: 'at most 16777216 characters', actual: '16777217' }],
    });
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseJournal(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseJournal(text)));
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('attempts', 'input', 'entries', 'result'), (value, at) => {
        const own = at === 'attempts' ? { attempts: value } : { attempts: [{ ...attempt, [at]: value }] };
        expect(() => problemsOf(own)).not.toThrow();
      }),
    );
    for (const attempts of [
      new Array(300_000).fill(0),
      [{ ...attempt, entries: new Array(300_000).fill({}) }],
    ]) {
      expect(problemsOf({ attempts })).toHaveLength(50);
    }
    expect(parseJournal('['.repeat(1_000_000)).ok).toBe(false);
  });
});

describe('printJournal', () => {
  it('gives each entry a line of its own', () => {
    const entries: JournalEntry[] = [
      { kind: 'run', id: 3, host: 'mx.a.example\n' },
      { kind: 'end', id: 3, at: 7 },
    ];
    const lines = printJournal({
      ...journalOf(entries),
      attempts: [{ ...attempt, entries, result: null }],
    }).split('\n');
    expect(lines).toEqual([
      '{"format":"waxseal-journal","version":1,"attempts":[',
      `{"input":${JSON.stringify(attempt.input)},"places":[0],"entries":[`,
      '{"kind":"run","id":3,"host":"mx.a.example\\n"},',
      '{"kind":"end","id":3,"at":7}',
      '],',
      '"result":null}',
      ']}',
      '',
    ]);
  });
});

function problemsOf(own: Readonly<Record<string, unknown>>) {
  const journal = { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [], ...own };
  const parsed = parseJournal(JSON.stringify(journal));
  return parsed.ok ? [] : parsed.problems;
}

const text = fc.string({ maxLength: 8 });
const texts = fc.array(text, { maxLength: 3 });
const count = fc.nat({ max: 1e15 });
const yesNo = fc.constantFrom('yes', 'no');
const yesNoAbsent = fc.constantFrom('yes', 'no', 'absent');
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 2 });
const kind = <const K extends string>(word: K) => fc.record({ kind: fc.constant(word) });

const dns = <R>(record: fc.Arbitrary<R>): fc.Arbitrary<DnsAnswer<R>> =>
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('secure', 'insecure'),
      records: some(record),
      denial: fc.constantFrom('nodata', 'nxdomain', null),
      aliases: texts,
      ttlSeconds: count,
    }),
    fc.record({
      kind: fc.constant('failed' as const),
      cause: fc.constantFrom('bogus', 'servfail', 'refused', 'timeout', 'malformed', 'unreachable'),
      extendedError: orNull(count),
    }),
  );

const aTlsaRecord: fc.Arbitrary<TlsaRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('tlsa' as const),
    usage: count,
    selector: count,
    matching: count,
    data: text,
    content: fc.constantFrom('certificate', 'public-key', 'opaque'),
    digest: orNull(text),
  }),
  fc.record({ kind: fc.constant('malformed' as const), rdata: text }),
);

const aCachedPolicy: fc.Arbitrary<CachedPolicy> = fc.record({
  id: text,
  policy: fc.record({
    mode: fc.constantFrom('enforce', 'testing', 'none'),
    mx: texts,
    maxAgeSeconds: count,
    lines: texts,
  }),
  fetchedAt: count,
});
const aFetchFailure: fc.Arbitrary<FetchFailure> = fc.record({ id: text, failedAt: count });

const aReply: fc.Arbitrary<Reply> = fc.record(
  { code: count, lines: texts, codes: some(count) },
  { requiredKeys: ['code', 'lines'] },
);
const aLostCause = fc.constantFrom(...LOST_CAUSES);
const aLost: fc.Arbitrary<Lost> = fc.record(
  { kind: fc.constant('lost'), cause: aLostCause, said: text },
  { requiredKeys: ['kind', 'cause'] },
);
const replied = fc.record({ kind: fc.constant('replied' as const), reply: aReply });

const someForms = some(fc.constantFrom('ip' as const, 'email', 'uri', 'directory', 'other'));

const aKey: fc.Arbitrary<KeyFacts> = fc.oneof(
  fc.record({
    kind: fc.constant('rsa' as const),
    modulusBits: count,
    exponentBits: count,
    exponentParity: fc.constantFrom('odd', 'even'),
  }),
  fc.record({ kind: fc.constant('ec' as const), fieldBits: orNull(count) }),
  kind('fixed'),
  kind('other'),
  kind('unstated'),
);

const aCertificate: fc.Arbitrary<CertificateFacts> = fc.record({
  certificateSha256: text,
  certificateSha512: text,
  spkiSha256: text,
  spkiSha512: text,
  dnsNames: texts,
  ipAddresses: texts,
  otherNames: someForms,
  directoryNames: some(texts),
  commonNames: texts,
  issuerNames: texts,
  notBefore: fc.integer(),
  notAfter: fc.integer(),
  ca: yesNoAbsent,
  pathLength: orNull(count),
  certSign: yesNoAbsent,
  digitalSignature: yesNoAbsent,
  keyEncipherment: yesNoAbsent,
  serverAuth: yesNoAbsent,
  nameConstraints: fc.oneof(
    kind('absent'),
    kind('unsupported'),
    fc.record({
      kind: fc.constant('dns' as const),
      permitted: texts,
      excluded: texts,
      permittedDirectories: some(texts),
      excludedDirectories: some(texts),
      otherForms: someForms,
    }),
  ),
  criticalExtensions: fc.constantFrom('known', 'unknown'),
  key: aKey,
  signatureDigest: fc.constantFrom('md5', 'sha-1', 'sha-2', 'sha-3', 'built-in', 'other', 'unstated'),
  selfIssued: yesNo,
});

const aPeer: fc.Arbitrary<PeerFacts> = fc.oneof(
  fc.record({
    kind: fc.constant('presented' as const),
    chain: fc.tuple(aCertificate, some(aCertificate)).map(([leaf, others]) => [leaf, ...others] as const),
    anchors: some(orNull(aCertificate)),
    recordKeys: some(orNull(aKey)),
    looked: fc.constantFrom('whole', 'in-part'),
    leafKeyUse: fc.constantFrom('signature', 'encipherment'),
    signatures: some(
      fc.record({ subject: count, key: fc.record({ from: fc.constantFrom('chain', 'tlsa'), index: count }) }),
    ),
    path: fc.oneof(
      kind('trusted'),
      fc.record({
        kind: fc.constant('untrusted' as const),
        cause: fc.constantFrom(
          'expired',
          'not-yet-valid',
          'self-signed',
          'unknown-issuer',
          'revoked',
          'other',
        ),
        code: text,
      }),
    ),
  }),
  fc.record({ kind: fc.constant('unreadable' as const), code: text }),
);

const lookup = fc.record({ name: text, deadlineMs: count });
const session = { session: count, deadlineMs: count };

const ofEffect: {
  readonly [K in JournalledEffect]: {
    readonly ask: fc.Arbitrary<AskOf<K>>;
    readonly answer: fc.Arbitrary<AnswerOf<K>>;
  };
} = {
  'dns.mx': { ask: lookup, answer: dns(fc.record({ preference: count, exchange: text })) },
  'dns.txt': { ask: lookup, answer: dns(text) },
  'dns.addresses': { ask: lookup, answer: fc.record({ a: dns(text), aaaa: dns(text) }) },
  'dns.cname': { ask: lookup, answer: dns(text) },
  'dns.tlsa': { ask: lookup, answer: dns(aTlsaRecord) },
  'random.draw': { ask: fc.record({ count }), answer: fc.record({ values: some(count) }) },
  'policy-cache.read': {
    ask: fc.record({ domain: text }),
    answer: fc.oneof(
      kind('unreadable'),
      fc.record({
        kind: fc.constant('read' as const),
        cached: orNull(aCachedPolicy),
        failure: orNull(aFetchFailure),
      }),
    ),
  },
  'policy-cache.write': {
    ask: fc.record({
      domain: text,
      change: fc.oneof(
        fc.record({ kind: fc.constant('store' as const), entry: aCachedPolicy }),
        fc.record({ kind: fc.constant('remember-failure' as const), failure: aFetchFailure }),
      ),
    }),
    answer: fc.record({ kind: fc.constantFrom('written', 'failed') }),
  },
  'policy.fetch': {
    ask: fc.record({ host: text, port: count, addresses: texts, bytesMax: count, deadlineMs: count }),
    answer: fc.oneof(
      fc.record({ kind: fc.constant('response' as const), status: count, mediaType: text, body: text }),
      fc.record({
        kind: fc.constant('failed' as const),
        cause: fc.constantFrom('certificate', 'connect', 'tls', 'timeout', 'too-large', 'protocol'),
        code: text,
      }),
    ),
  },
  'smtp.connect': {
    ask: fc.record({
      ...session,
      address: text,
      port: count,
      greetingMs: count,
      alternate: orNull(fc.record({ address: text, afterMs: count })),
    }),
    answer: fc.oneof(
      fc.record({ kind: fc.constant('lost' as const), cause: aLostCause, address: text }),
      fc.record({ kind: fc.constant('greeted' as const), reply: aReply, localAddress: text, address: text }),
      fc.record({
        kind: fc.constant('failed' as const),
        cause: fc.constantFrom('refused', 'timeout', 'unreachable', 'reset', 'proxy', 'other'),
      }),
    ),
  },
  'smtp.greeting': { ask: fc.record(session), answer: fc.oneof(aLost, replied) },
  'smtp.auth': {
    ask: fc.record({
      ...session,
      mechanism: fc.constantFrom(...AUTH_MECHANISMS),
      account: text,
      user: text,
      host: text,
      port: count,
      binding: fc.constantFrom('bound', 'could-bind', 'unbound'),
    }),
    answer: fc.oneof(
      aLost,
      fc.record({
        kind: fc.constant('replied' as const),
        reply: aReply,
        proof: fc.constantFrom('shown', 'none'),
      }),
      fc.record({
        kind: fc.constant('failed' as const),
        cause: fc.constantFrom(...AUTH_FAILURES),
        reply: orNull(aReply),
      }),
    ),
  },
  'smtp.hello': {
    ask: fc.record({ ...session, verb: fc.constantFrom('EHLO', 'HELO'), name: text }),
    answer: fc.oneof(aLost, replied),
  },
  'smtp.starttls': {
    ask: fc.record(session),
    answer: fc.oneof(aLost, replied, fc.record({ kind: fc.constant('injected' as const), reply: aReply })),
  },
  'tls.handshake': {
    ask: fc.record(
      { ...session, serverName: orNull(text), suites: fc.constant('any' as const) },
      { requiredKeys: ['session', 'deadlineMs', 'serverName'] },
    ),
    answer: fc.oneof(
      fc.record({ kind: fc.constant('established' as const), protocol: text, cipher: text }),
      fc.record({
        kind: fc.constant('failed' as const),
        cause: fc.constantFrom('alert', 'closed', 'reset', 'timeout', 'protocol'),
        code: text,
      }),
    ),
  },
  'peer.inspect': { ask: fc.record({ ...session, tlsa: some(aTlsaRecord) }), answer: aPeer },
  'smtp.send': {
    ask: fc.record({
      session: count,
      deadlines: fc.record({
        mailMs: count,
        recipientMs: count,
        dataMs: count,
        dataBlockMs: count,
        endOfDataMs: count,
      }),
      sender: text,
      parameters: texts,
      recipients: texts,
      pipelining: yesNo,
    }),
    answer: fc.record(
      {
        mail: orNull(aReply),
        recipients: some(orNull(aReply)),
        data: orNull(aReply),
        end: orNull(aReply),
        lost: orNull(aLostCause),
        said: text,
      },
      { requiredKeys: ['mail', 'recipients', 'data', 'end', 'lost'] },
    ),
  },
  'smtp.quit': { ask: fc.record(session), answer: kind('closed') },
};

const anEntry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), id: count, host: text }),
  fc.record({ kind: fc.constant('end' as const), id: count, at: count }),
  ...Object.entries(ofEffect).flatMap(([type, { ask, answer }]) => [
    fc.tuple(count, ask).map(([id, own]) => ({ kind: 'ask', ask: { type, id, ...own } }) as JournalEntry),
    fc
      .tuple(count, count, answer as fc.Arbitrary<unknown>)
      .map(
        ([id, at, own]) =>
          ({ kind: 'answer', event: { type: `${type}.answered`, id, at, answer: own } }) as JournalEntry,
      ),
  ]),
);

const aDestination: fc.Arbitrary<Destination> = fc.oneof(
  fc.record({ kind: fc.constant('domain' as const), name: text }),
  fc.record({ kind: fc.constant('literal' as const), address: text }),
);

const theSettings: fc.Arbitrary<Settings> = fc
  .record({
    profile: fc.constantFrom(...(Object.keys(PROFILES) as ProfileName[])),
    destinations: some(
      fc.record(
        {
          destination: text,
          demand: fc.constantFrom('none', 'encrypt', 'verify', 'dane'),
          relay: fc.record({ host: text, port: count }),
          owner: text,
          reason: text,
          expiresAt: orNull(count),
        },
        { requiredKeys: ['destination', 'demand', 'owner', 'reason', 'expiresAt'] },
      ),
    ),
    cleartextRetry: fc.constantFrom('at-once', 'after', 'never'),
    port: count,
  })
  .map(({ profile, ...own }) => settingsOf(profile, own));

const dialled = fc.dictionary(fc.oneof(text, fc.constant('__proto__')), texts, {
  maxKeys: 3,
  noNullPrototype: true,
});

const anInput: fc.Arbitrary<AttemptInput> = fc.record({
  startedAt: count,
  attempt: count,
  destination: aDestination,
  recipients: texts,
  message: fc.record({
    sender: text,
    requireTls: yesNo,
    tlsRequired: fc.constantFrom('no', 'absent', 'invalid'),
    report: fc.constantFrom('none', 'dmarc', 'tls'),
    sizeBytes: count,
    body: fc.constantFrom('7bit', '8bit'),
    utf8: fc.constantFrom('needed', 'not-needed'),
  }),
  settings: theSettings,
  dialled,
  purpose: fc.constantFrom('deliver', 'explain', 'learn-policy', 'refresh-policy'),
});

const decision = {
  verdict: text,
  table: text,
  row: text,
  why: text,
  refs: some(fc.constantFrom<RequirementId[]>('STS-4-1', 'CHOICE-1')),
  input: fc.dictionary(fc.oneof(text, fc.constant('__proto__')), text, { maxKeys: 3, noNullPrototype: true }),
};
const aDecision: fc.Arbitrary<Decision> = fc.record(decision);

const aReport: fc.Arbitrary<TlsReportPolicy> = fc.record({
  policyType: fc.constantFrom('tlsa', 'sts', 'no-policy-found'),
  policyDomain: text,
  policyString: texts,
  mxHost: texts,
  success: count,
  failure: count,
  details: some(
    fc.record({
      resultType: fc.constantFrom(
        'starttls-not-supported',
        'certificate-host-mismatch',
        'certificate-not-trusted',
        'certificate-expired',
        'validation-failure',
        'tlsa-invalid',
        'dnssec-invalid',
        'dane-required',
        'sts-policy-fetch-error',
        'sts-policy-invalid',
        'sts-webpki-invalid',
      ),
      receivingMxHostname: text,
      receivingIp: text,
      sendingMtaIp: text,
      failedSessionCount: count,
      failureReasonCode: text,
    }),
  ),
});

const aCandidate: fc.Arbitrary<Candidate> = fc.oneof(
  fc.record({ host: text, source: fc.constantFrom('mx', 'implicit', 'literal'), preference: count }),
  fc.record({ host: text, source: fc.constant('relay' as const), preference: count, port: count }),
);

const aState: fc.Arbitrary<RecipientState> = fc.record({
  verdict: fc.constantFrom('delivered', 'next-host', 'bounced'),
  status: text,
  command: fc.constantFrom(...COMMANDS, null),
  cause: fc.constantFrom(...EXCHANGE_CAUSES, null),
  reply: orNull(aReply),
  category: orNull(fc.constantFrom(...FAILURE_CATEGORIES)),
  because: orNull(aDecision),
});

const aHostRun: fc.Arbitrary<HostRun> = fc.record({
  candidate: aCandidate,
  ip: orNull(text),
  failure: fc.constantFrom('keyword-missing', 'definitive', 'temporary', null),
  tls: orNull(fc.record({ protocol: text, cipher: text })),
  authentication: fc.constantFrom('none', 'pkix', 'dane', 'dane+pkix'),
  cleartextRetry: yesNo,
  reply: orNull(aReply),
  decisions: some(aDecision),
  reports: some(aReport),
  dialled: texts,
});

const aPolicy = fc.record({
  mode: fc.constantFrom('enforce', 'testing', 'none'),
  mx: texts,
  maxAgeSeconds: count,
  lines: texts,
});

const someFindings: fc.Arbitrary<PolicyFindings> = fc.record({
  domain: text,
  verdict: fc.constantFrom(...policyCache.verdicts),
  known: fc.oneof(
    fc.record({
      kind: fc.constant('policy' as const),
      policy: aPolicy,
      freshness: fc.constantFrom('fresh', 'stale'),
    }),
    fc.record({ kind: fc.constantFrom('none', 'unknown') }),
  ),
  record: fc.oneof(
    fc.record({ kind: fc.constant('found' as const), id: text }),
    fc.record({ kind: fc.constantFrom('absent', 'failed') }),
    fc.record({
      kind: fc.constant('invalid' as const),
      reason: fc.constantFrom('several-records', 'syntax', 'no-id', 'bad-id'),
    }),
  ),
  fetched: orNull(
    fc.oneof(
      fc.record({ kind: fc.constant('policy' as const), policy: aPolicy }),
      fc.record({
        kind: fc.constant('failed' as const),
        failure: fc.constantFrom('policy-fetch-failed', 'policy-invalid', 'policy-host-certificate'),
        reason: text,
      }),
    ),
  ),
  before: ofEffect['policy-cache.read'].answer,
  after: ofEffect['policy-cache.read'].answer,
});

const aResult: fc.Arbitrary<AttemptResult> = fc.record({
  destination: aDestination,
  recipients: some(
    fc.record({
      recipient: text,
      outcome: fc.constantFrom('delivered', 'deferred', 'bounced'),
      status: text,
      state: aState,
      host: orNull(aHostRun),
      decision: orNull(aDecision),
      because: orNull(fc.record({ ...decision, mx: orNull(text) })),
    }),
  ),
  mxSecurity: fc.constantFrom('secure', 'insecure'),
  requireTls: yesNo,
  decisions: some(fc.record({ ...decision, mx: orNull(text) })),
  reports: some(aReport),
  dialled,
  policy: orNull(someFindings),
});

const aJournal: fc.Arbitrary<Journal> = fc.record({
  format: fc.constant(JOURNAL_FORMAT),
  version: fc.constant(JOURNAL_VERSION),
  attempts: some(
    fc.record({
      input: anInput,
      places: some(count),
      entries: fc.array(anEntry, { maxLength: 6 }),
      result: orNull(aResult),
    }),
  ),
});

const attempt: Journal['attempts'][number] = {
  input: {
    startedAt: 0,
    attempt: 1,
    destination: { kind: 'domain', name: 'a.example' },
    recipients: ['x@a.example'],
    message: {
      sender: '',
      ...PLAIN_FACTS,
      sizeBytes: 1,
    },
    settings: settingsOf('rfc'),
    dialled: {},
    purpose: 'deliver',
  },
  places: [0],
  entries: [],
  result: {
    destination: { kind: 'domain', name: 'a.example' },
    recipients: [],
    mxSecurity: 'insecure',
    requireTls: 'no',
    decisions: [{ verdict: 'v', table: 't', row: 'r', why: 'w', refs: ['STS-4-1'], input: {}, mx: null }],
    reports: [],
    dialled: {},
    policy: null,
  },
};

function journalOf(entries: readonly JournalEntry[]): Journal {
  return { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [{ ...attempt, entries }] };
}
