import { describe, expect, it } from 'vitest';
import type { DestinationRule } from '../local/destination.js';
import type { Candidate } from '../mx/candidate.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import {
  destinationIn,
  freshnessText,
  hostIn,
  listingOrPolicy,
  listingText,
  messageIn,
  mxProof,
  nowIn,
  policyDomainIn,
  policyText,
  requireTlsText,
  ruleText,
  settingIs,
  settingsIn,
} from './about-domain.js';
import { answered, attempt, host, known, MX, NOW, POLICY, policy } from './evidence.fixture.js';

const DAY_MS = 86_400_000;
const LITERAL = { kind: 'literal', address: '192.0.2.9' } as const;
const NOBODY = known({});
const candidate = (source: 'mx' | 'implicit' | 'literal'): Candidate => ({ host: MX, source, preference: 0 });
const RELAY: Candidate = { host: 'relay.b.example', source: 'relay', preference: 0, port: 587 };

describe('what is said of a destination', () => {
  it('is known from the attempt, from the host run, or not at all', () => {
    const both = known({ attempt: attempt({ now: NOW + 1 }), host: host({ now: NOW + 2 }) });
    expect(nowIn(both)).toBe(NOW + 2);
    expect(nowIn(known({ attempt: attempt({ now: NOW + 3 }), host: host() }))).toBe(NOW + 3);
    expect(nowIn(NOBODY)).toBe(0);
    for (const some of [both, known({ attempt: attempt() }), known({ host: host() })]) {
      expect(settingsIn(some)).toBe(DEFAULT_SETTINGS);
      expect(messageIn(some)).toMatchObject({ sender: 'ann@b.example' });
      expect([destinationIn(some), policyDomainIn(some)]).toEqual(['a.example', 'a.example']);
    }
    expect([settingsIn(NOBODY), messageIn(NOBODY)]).toEqual([null, null]);
    expect([destinationIn(NOBODY), policyDomainIn(NOBODY), hostIn(NOBODY)]).toEqual([
      ...['the destination', 'the destination', 'the host'],
    ]);
    expect(destinationIn(known({ host: host({}, { destination: LITERAL }) }))).toBe('[192.0.2.9]');
    expect(settingIs('halfDane')('use')).toBe('the setting halfDane is "use"');
  });

  it('is about the policy of the relay, where there is one', () => {
    expect(policyDomainIn(known({ host: host({}, { candidate: RELAY }) }))).toBe('relay.b.example');
    expect(policyDomainIn(known({ attempt: attempt({ candidates: [RELAY] }) }))).toBe('relay.b.example');
    expect(policyDomainIn(known({ attempt: attempt({}, { destination: LITERAL }) }))).toBe('the destination');
  });

  it.each([
    ['relay', RELAY, 'the operator named relay.b.example, so no MX record had to'],
    ['literal', candidate('literal'), 'an address literal has no MX record that could be validated'],
    [
      'implicit',
      candidate('implicit'),
      'a.example has no MX records and is its own host; the answer is validated by DNSSEC',
    ],
    ['mx', candidate('mx'), 'the MX answer of a.example is validated by DNSSEC'],
  ])('names the proof of a host that is its %s', (_, own, says) => {
    const evidence = known({
      host: host({}, { candidate: own }),
      attempt: attempt({ mx: answered([], 'secure') }),
    });
    expect(mxProof('insecure', evidence)).toBe(says);
  });

  it('names the word where the answer itself is not known', () => {
    expect(mxProof('secure', NOBODY)).toBe('the MX answer of the destination is validated by DNSSEC');
    expect(mxProof('insecure', NOBODY)).toBe('the MX answer of the destination is not validated by DNSSEC');
    expect(mxProof('insecure', known({ host: host({}, { candidate: candidate('implicit') }) }))).toBe(
      'a.example has no MX records and is its own host; the answer is insecure',
    );
  });
});

describe('what is said of a policy', () => {
  const IN_FORCE =
    'the MTA-STS policy of a.example has mode enforce, mx *.a.example and mail.b.example and max_age 7 days';
  const cached = { id: 'kept', policy: POLICY, fetchedAt: NOW - 3 * DAY_MS };
  const withSts = (sts: ReturnType<typeof policy>, own: Parameters<typeof attempt>[0] = {}) =>
    known({ attempt: attempt({ sts, ...own }) });

  it('is its mode, its lines and its life, or that there is none', () => {
    expect(policyText(known({ attempt: attempt() }))).toBe('no MTA-STS policy of a.example is in force');
    expect(policyText(NOBODY)).toBe('no MTA-STS policy of the destination is in force');
    expect(policyText(known({ host: host({}, { sts: { kind: 'unknown' } }) }))).toBe(
      'whether a.example has an MTA-STS policy could not be learned',
    );
    expect(policyText(known({ host: host({}, { sts: policy() }) }))).toBe(IN_FORCE);
    // What the host was judged by is what counts.
    expect(policyText(known({ host: host({}, { sts: policy() }), attempt: attempt() }))).toBe(IN_FORCE);
    expect(policyText(withSts(policy({ mode: 'none', mx: [] })))).toBe(
      'the MTA-STS policy of a.example has mode none, no mx lines and max_age 7 days',
    );
  });

  it('says when it was had, and under which id', () => {
    const read = { kind: 'read', cached, failure: null } as const;
    expect(policyText(withSts(policy(), { cache: read }))).toBe(
      `${IN_FORCE}; it has the id kept and was fetched on 2026-04-28T12:00:00Z, 3 days ago`,
    );
    const fetched = { kind: 'policy', policy: POLICY } as const;
    const justNow = `${IN_FORCE}; it was fetched just now, at 2026-05-01T12:00:00Z`;
    expect(policyText(withSts(policy(), { fetched }))).toBe(justNow);
    const txt = answered(['v=STSv1; id=new;']);
    expect(policyText(withSts(policy(), { fetched, txt }))).toBe(justNow);
    expect(policyText(withSts(policy(), { fetched, txt, cache: read }))).toBe(`${justNow}, under the id new`);
    // A fetch that failed leaves what was kept.
    const refused = { kind: 'failed', failure: 'policy-invalid', reason: 'x' } as const;
    expect(policyText(withSts(policy(), { fetched: refused, cache: read }))).toContain('it has the id kept');
    for (const cache of [{ ...read, cached: null }, { kind: 'unreadable' } as const])
      expect(policyText(withSts(policy(), { cache }))).toBe(IN_FORCE);
  });

  it('says by which line it lists the host, or which lines it has', () => {
    const listing = (own: Parameters<typeof policy>[0]) =>
      listingText(known({ host: host({}, { sts: policy(own) }) }));
    expect(listing({})).toBe('the line "mx: *.a.example" of the policy lists mx.a.example');
    expect(listing({ mx: ['a.example', 'b.example'] })).toBe(
      'no line of the policy lists mx.a.example; it has "mx: a.example" and "mx: b.example"',
    );
    expect(listing({ mx: [] })).toBe('no line of the policy lists mx.a.example; it has none');
    expect(listingText(known({ host: host() }))).toBe('no policy lists mx.a.example or leaves it out');
    expect(listingText(NOBODY)).toBe('no policy lists the host or leaves it out');
    expect(listingOrPolicy(known({ host: host() }))).toBe('no MTA-STS policy of a.example is in force');
    expect(listingOrPolicy(known({ host: host({}, { sts: policy() }) }))).toBe(
      `${IN_FORCE}, and the line "mx: *.a.example" of the policy lists mx.a.example`,
    );
  });

  it('says whether it is the current one', () => {
    const kept = known({ host: host({}, { sts: policy() }) });
    expect(freshnessText('fresh', kept)).toBe('the policy of a.example is known to be the current one');
    expect(freshnessText('stale', kept)).toBe(
      'whether the kept policy of a.example is still the current one could not be learned',
    );
    for (const none of [known({ host: host() }), NOBODY])
      expect(freshnessText('stale', none)).toMatch(
        /^there is no kept policy of \S+( \S+)? that could be out/,
      );
  });

  it('is told with REQUIRETLS where the message asks for that', () => {
    expect(requireTlsText(NOBODY)).toBe('the message does not ask for REQUIRETLS');
    expect(requireTlsText(known({ host: host() }))).toBe('the message does not ask for REQUIRETLS');
    const { message } = host().input;
    const asked = known({
      host: host({}, { message: { ...message, requireTls: 'yes' }, mxSecurity: 'secure' }),
    });
    expect(requireTlsText(asked)).toBe(
      'the sender asked for REQUIRETLS; the MX answer of a.example is validated by DNSSEC; no MTA-STS policy of a.example is in force',
    );
    const ofAttempt = known({ attempt: attempt({}, { message: { ...message, requireTls: 'yes' } }) });
    expect(requireTlsText(ofAttempt)).toContain('is not validated by DNSSEC');
  });
});

describe("what is said of the operator's rule", () => {
  const rule: DestinationRule = {
    ...{ destination: 'a.example', demand: 'verify', owner: 'ops', reason: 'they asked', expiresAt: null },
  };
  const under = (own: Partial<DestinationRule>) =>
    known({ host: host({}, { settings: { ...DEFAULT_SETTINGS, destinations: [{ ...rule, ...own }] } }) });

  it('is what it asks for, who asked, why, and until when', () => {
    expect(ruleText(under({}))).toBe(
      'the operator\'s rule for "a.example" demands "verify" (ops: they asked)',
    );
    expect(ruleText(under({ expiresAt: NOW + DAY_MS }))).toBe(
      'the operator\'s rule for "a.example" demands "verify" (ops: they asked, until 2026-05-02T12:00:00Z)',
    );
    expect(ruleText(under({ demand: 'none', relay: { host: 'relay.b.example', port: 26 } }))).toBe(
      'the operator\'s rule for "a.example" demands nothing, by way of relay.b.example port 26 (ops: they asked)',
    );
  });

  it('is that there is none, where none is in force', () => {
    expect(ruleText(under({ expiresAt: NOW }))).toBe('no rule of the operator is in force for a.example');
    expect(ruleText(NOBODY)).toBe('no rule of the operator is in force for the destination');
    const settings = { ...DEFAULT_SETTINGS, destinations: [rule] };
    expect(ruleText(known({ attempt: attempt({}, { settings }) }))).toContain('demands "verify"');
  });

  it('is the transport, where the mail was given one', () => {
    const relay = {
      ...({ kind: 'relay', name: 'out', host: 'relay.b.example', port: 465 } as const),
      ...({ tls: 'implicit', verify: 'pkix' } as const),
    };
    expect(ruleText(known({ host: host({}, { relay }) }))).toBe(
      'the transport out goes to relay.b.example port 465 with TLS "implicit" and asks for "pkix" of it',
    );
  });
});
