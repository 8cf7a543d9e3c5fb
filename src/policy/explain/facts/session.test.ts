import { describe, expect, it } from 'vitest';
import { type PlanFacts, planHost } from '../../host/plan.js';
import type { HostInput } from '../../host/types.js';
import type { NamedRelay, NamedSocks } from '../../relay/transport.js';
import type { Reply } from '../../smtp/reply.js';
import { attempt, factOf, host, MX, policy } from '../evidence.fixture.js';
import type { HostEvidence } from '../evidence.js';

const PLACE = 'mx.a.example [192.0.2.1]';
const fact = (
  table: string,
  column: string,
  word: string,
  own: Partial<HostEvidence> = {},
  input: Partial<HostInput> = {},
) => factOf(table, { [column]: word }, column, { host: host(own, input) });
const said = (...args: Parameters<typeof fact>) => fact(...args).says;
const bare = (table: string, column: string, word: string) => factOf(table, { [column]: word }, column).says;
const owners = (table: string, column: string, words: readonly string[]) =>
  words.map((word) => factOf(table, { [column]: word }, column).owner);
const say = (code: number, ...lines: readonly string[]): Reply => ({ code, lines });
const transaction = (own: Partial<NonNullable<HostEvidence['transaction']>>) =>
  ({ transaction: { mail: null, recipients: [], data: null, end: null, lost: null, ...own } }) as const;

describe('facts of a connection', () => {
  it('are to where it was made, and how it was greeted', () => {
    const greeted = { connection: { kind: 'greeted', reply: say(220, 'hello') } } as const;
    expect(said('connection-outcome', 'outcome', 'greeted', greeted)).toBe(
      `${PLACE} port 25 was connected to and greeted with "220 hello".`,
    );
    expect(bare('connection-outcome', 'outcome', 'greeted')).toBe(
      'The host was connected to and greeted with a reply.',
    );
    const relay = { host: 'relay.b.example', source: 'relay', preference: 0, port: 465 } as const;
    expect(said('connection-outcome', 'outcome', 'connected', {}, { candidate: relay })).toBe(
      'relay.b.example [192.0.2.1] port 465 was connected to, where TLS comes before anything else.',
    );
    expect(
      said('connection-outcome', 'outcome', 'lost', { connection: { kind: 'lost', cause: 'timeout' } }),
    ).toBe(`${PLACE} port 25 was connected to, and no greeting came: no reply came in time.`);
  });

  it.each([
    ['refused', ': it was refused'],
    ['timeout', ': nobody answered in time'],
    ['unreachable', ': there is no way to it'],
    ['reset', ': it was reset'],
    ['other', ': for another reason of the network'],
    ['proxy', ': proxy'],
  ])('are why there is none: %s', (cause, why) => {
    const connection = { kind: 'failed', cause } as const;
    const failed = fact('connection-outcome', 'outcome', 'failed', { connection });
    expect([failed.says, failed.owner]).toEqual([
      ...[`No connection to ${PLACE} port 25 could be made${why}.`, 'network'],
    ]);
  });

  it('are that a proxy is at fault, the one of that family, and not to somebody who only has another one', () => {
    const socks: NamedSocks = {
      name: 'out',
      ipv4: { address: '10.0.0.4', port: 1080 },
      ipv6: { address: '10.0.0.6', port: 1081 },
    };
    const connection = { kind: 'failed', cause: 'proxy' } as const;
    const failed = (own: Partial<HostEvidence>, input: Partial<HostInput>) =>
      fact('connection-outcome', 'outcome', 'failed', { connection, ...own }, input);
    const at = (address: number) => failed({ address }, { socks });
    expect([at(0).owner, at(0).says, at(1).says]).toEqual([
      'operator',
      `No connection to ${PLACE} port 25 could be made: the proxy 10.0.0.4 port 1080 could not be reached, or did not lead there.`,
      'No connection to mx.a.example [2001:db8::1] port 25 could be made: the proxy 10.0.0.6 port 1081 could not be reached, or did not lead there.',
    ]);
    const { ipv4 } = socks;
    expect(failed({ address: 1 }, { socks: { name: 'out', ipv4: ipv4! } }).owner).toBe('network');
    expect(failed({ connection: { kind: 'failed', cause: 'refused' } }, { socks }).owner).toBe('network');
    expect(fact('connection-outcome', 'outcome', 'greeted', { connection }, { socks }).owner).toBe('network');
    expect(said('connection-outcome', 'outcome', 'failed')).toBe(
      `No connection to ${PLACE} port 25 could be made.`,
    );
  });
});

describe('facts of what TLS is demanded for', () => {
  const FACTS: PlanFacts = {
    ...{ host: MX, source: 'mx', mxSecurity: 'secure', nextHop: 'a.example', expandedNextHop: null },
    ...{ tlsa: { kind: 'not-applicable' }, sts: { kind: 'none' }, message: 'ordinary', report: 'none' },
    ...{ attempt: 1, operator: 'none', settings: host().input.settings },
  };
  const by = (own: Partial<PlanFacts>) =>
    said('start-tls', 'strictness', 'encrypted', { plan: planHost({ ...FACTS, ...own }) });

  it('are who demands it, by which row, and not who only watches', () => {
    expect(by({ operator: 'encrypt' })).toBe(
      "TLS is demanded of this session: by the operator's rule (OPER-2).",
    );
    expect(by({ sts: policy(), message: 'requires-tls' })).toMatch(
      /: by MTA-STS \([A-Z]+-\d+\) and REQUIRETLS \([A-Z]+-\d+\)\.$/,
    );
    expect(by({ tlsa: { kind: 'failed', cause: 'x' } })).toMatch(/: by DANE \([A-Z]+-\d+\)\.$/);
    const nobody = 'TLS is demanded of this session: by one of the demands on this host.';
    expect(by({ sts: policy({ mode: 'testing' }) })).toBe(nobody);
    expect(by({})).toBe(nobody);
    expect(said('start-tls', 'strictness', 'encrypted')).toBe(nobody);
    expect(bare('start-tls', 'strictness', 'encrypted')).toBe(nobody);
  });
});

describe('facts of a reply', () => {
  const reply = (stage: string, word: string, own: Partial<HostEvidence>) =>
    factOf('reply-meaning', { stage, reply: word }, 'reply', { host: host(own) }).says;

  it('are the very words, or that none came', () => {
    expect(reply('greeting', '5yz', { connection: { kind: 'greeted', reply: say(554, 'no') } })).toBe(
      `${PLACE} greeted with "554 no".`,
    );
    expect(reply('mail', '5yz', transaction({ mail: say(550, 'no') }))).toBe(
      `${PLACE} answered MAIL with "550 no".`,
    );
    expect(reply('hello', '4yz', { hello: { kind: 'replied', reply: say(421, 'later') } })).toBe(
      `${PLACE} answered EHLO or HELO with "421 later".`,
    );
    expect(reply('greeting', 'lost', { connection: { kind: 'lost', cause: 'closed' } })).toBe(
      `${PLACE} gave no greeting: it closed the connection.`,
    );
    expect(reply('end', 'lost', transaction({ end: say(250), lost: 'timeout' }))).toBe(
      `${PLACE} gave no reply to the end of the message: no reply came in time.`,
    );
    expect(reply('data', '5yz', {})).toBe(`The reply to DATA of ${PLACE} is of the kind 5yz.`);
    expect(reply('greeting', '5yz', {})).toBe(`The greeting of ${PLACE} is of the kind 5yz.`);
    expect(reply('constructor', '5yz', {})).toBe(
      `The reply to the end of the message of ${PLACE} is of the kind 5yz.`,
    );
    expect(owners('reply-meaning', 'reply', ['lost', '5yz', 'positive'])).toEqual([
      ...['network', 'recipient', 'recipient'],
    ]);
  });

  it('are what it was to answer', () => {
    const stages = ['greeting', 'ehlo', 'hello', 'mail', 'rcpt', 'data', 'end'];
    expect(stages.map((stage) => bare('reply-meaning', 'stage', stage))).toEqual([
      'The server was to greet.',
      ...['EHLO', 'EHLO or HELO', 'MAIL', 'RCPT', 'DATA', 'the end of the message'].map(
        (command) => `The server was to answer ${command}.`,
      ),
    ]);
  });

  it('are why it is doubted', () => {
    const { code, lines } = say(250, 'a', 'b');
    const contradicts = transaction({ mail: { code, lines, codes: [550, 250] } });
    expect(reply('mail', '4yz', contradicts)).toBe(
      `${PLACE} answered MAIL with "550 a, 250 b", in lines that contradict each other.`,
    );
    expect(reply('mail', '4yz', transaction({ mail: say(354, 'go') }))).toMatch(
      /, which is no answer to it\.$/,
    );
    expect(reply('mail', 'positive', transaction({ mail: say(250, 'yes') }))).toMatch(/"250 yes"\.$/);
  });

  it('are its code, where it speaks of policy on a first attempt', () => {
    const other = (own: Partial<HostEvidence>, stage = 'rcpt') =>
      factOf('reply-meaning', { stage, leniency: 'other-family' }, 'leniency', { host: host(own) }).says;
    const first =
      'This is the first attempt, mx.a.example has addresses of both families, and it refuses for reasons of policy';
    expect(other(transaction({ recipients: [say(550, '5.7.1 no')] }))).toBe(`${first} (5.7.1).`);
    expect(other(transaction({ recipients: [say(550, 'no')] }))).toBe(`${first}.`);
    expect(other({})).toBe(`${first}.`);
  });

  it.each([
    ['a recipient with "354 go", which is no answer to it', { recipients: [say(250), say(354, 'go')] }],
    ['MAIL with "354 go", which is no answer to it', { mail: say(354, 'go') }],
    ['DATA with "250 yes", which is no answer to it', { data: say(250, 'yes') }],
  ])('are that they are out of step: %s', (says, own) => {
    expect(said('reply-meaning', 'leniency', 'out-of-step', transaction(own))).toBe(
      `${PLACE} answered ${says}.`,
    );
  });

  it('are that more was said than asked', () => {
    const more = (own: object) =>
      said(
        ...(['reply-meaning', 'leniency', 'out-of-step'] as const),
        transaction({ data: say(354), lost: 'malformed', ...own }),
      );
    expect(more({ said: '250 again' })).toBe(`${PLACE} said more than it was asked: "250 again".`);
    expect(more({})).toBe(`${PLACE} said more than it was asked.`);
    const unfit = `The replies of ${PLACE} do not fit the commands.`;
    expect(said('reply-meaning', 'leniency', 'out-of-step', transaction({}))).toBe(unfit);
    expect(said('reply-meaning', 'leniency', 'out-of-step')).toBe(unfit);
  });

  it('to MAIL are told of a connection that was used before', () => {
    expect(said('used-connection', 'mail', 'not-now', transaction({ mail: say(421, 'bye') }))).toBe(
      `${PLACE} answered MAIL with "421 bye".`,
    );
    expect(said('used-connection', 'mail', 'closed', transaction({ lost: 'reset' }))).toBe(
      `${PLACE} gave no reply to MAIL: it broke the connection off.`,
    );
    expect(said('used-connection', 'mail', 'other')).toBe(
      `The answer of ${PLACE} to MAIL is of the kind other.`,
    );
  });
});

describe('facts of TLS and of who answers', () => {
  const tls = { protocol: 'TLSv1.3', cipher: 'X' };
  it('name the session', () => {
    expect(said('tls-outcome', 'outcome', 'established', { tls })).toBe(
      `The TLS handshake with ${PLACE} succeeded (TLSv1.3, X).`,
    );
    expect(said('requiretls-keyword', 'tls', 'yes', { tls })).toBe(
      `The session with ${PLACE} is under TLS (TLSv1.3, X).`,
    );
    expect(said('requiretls-keyword', 'tls', 'yes')).toBe(`The session with ${PLACE} is under TLS.`);
    expect(bare('requiretls-keyword', 'tls', 'no')).toBe('The session with the host is in clear.');
    expect(
      owners('tls-outcome', 'outcome', ['handshake-failed', 'injected', 'refused', 'established']),
    ).toEqual([...['network', 'network', 'recipient', 'recipient']]);
  });

  it('show the certificate once, whoever it was held against', () => {
    const peer = (pkix: string) =>
      factOf('peer-authentication', { dane: 'not-demanded', pkix }, 'dane', { host: host() });
    expect(peer('not-demanded').says).toBe(
      `No TLSA record had to be matched; no certificate of ${PLACE} was looked at.`,
    );
    expect(peer('failed').says).toBe('No TLSA record had to be matched.');
    const owner = (dane: string) =>
      factOf('peer-authentication', { dane }, 'dane', {
        host: host({ tlsa: { kind: 'failed', cause: 'timeout' } }),
      }).owner;
    expect([owner('not-demanded'), owner('failed')]).toEqual(['resolver', 'recipient']);
  });
});

describe('facts of what a message needs', () => {
  it('are its size and the limit', () => {
    const keywords = new Map([['SIZE', '1000']]);
    expect(said('message-fit', 'size', 'too-large', { keywords })).toBe(
      `The message has 1200 octets, and ${PLACE} takes messages of up to 1000 octets.`,
    );
    expect(said('message-fit', 'size', 'fits')).toBe(
      `The message has 1200 octets, and ${PLACE} names no limit.`,
    );
    expect(factOf('message-fit', { size: 'fits' }, 'size', { attempt: attempt() }).says).toBe(
      'The message has 1200 octets, and the host names no limit.',
    );
    expect(bare('message-fit', 'size', 'fits')).toBe('The message was held against the limit of the server.');
  });

  it('are of whoever lacks it', () => {
    expect(owners('message-fit', 'size', ['fits', 'too-large'])).toEqual(['recipient', 'sender']);
    expect(owners('message-fit', 'utf8', ['missing', 'offered'])).toEqual(['recipient', 'sender']);
    expect(owners('message-fit', 'body', ['missing', 'offered'])).toEqual(['recipient', 'sender']);
    const keywords = new Map([['8BITMIME', '']]);
    expect(said('message-fit', 'body', 'offered', { keywords })).toBe(
      `The message has octets beyond ASCII, and the reply of ${PLACE} offers 8BITMIME.`,
    );
    expect(said('message-fit', 'utf8', 'missing', { keywords })).toBe(
      `The message needs SMTPUTF8, and the reply of ${PLACE} does not offer SMTPUTF8; it offers 8BITMIME.`,
    );
  });
});

describe('facts of AUTH', () => {
  const relay: NamedRelay = {
    ...({ kind: 'relay', name: 'out', host: MX, port: 465, tls: 'implicit', verify: 'pkix' } as const),
    user: 'ann',
    mechanisms: ['scram-sha-1', 'plain'],
  };
  const keywords = new Map([['AUTH', 'PLAIN']]);

  it('name the mechanism that is looked at, in the order of the operator', () => {
    const looked = (count: number, own: Partial<HostInput> = { relay }) => {
      const asked = Array.from({ length: count }, () => ({ table: 'auth-mechanism' }) as never);
      return factOf('auth-mechanism', { offered: 'no' }, 'offered', {
        host: host({ keywords }, own),
        earlier: [{ table: 'message-fit' } as never, ...asked],
      }).says.replace(/^.*, and /, '');
    };
    expect([looked(0), looked(1), looked(2), looked(0, {})]).toEqual([
      ...['SCRAM-SHA-1', 'PLAIN', 'this mechanism', 'SCRAM-SHA-256-PLUS'].map(
        (name) => `${name} is not among them.`,
      ),
    ]);
  });

  it('name the user, and what was answered', () => {
    expect(said('auth-step', 'user', 'named', {}, { relay })).toBe(
      'The operator wants us to be known by mx.a.example as ann.',
    );
    expect(said('auth-step', 'user', 'named')).toMatch(/ as somebody\.$/);
    const auth = (answer: HostEvidence['auth']) =>
      said('auth-outcome', 'answer', 'refused', { auth: answer });
    expect(auth({ kind: 'replied', reply: say(535, 'no') })).toBe(`${PLACE} answered AUTH with "535 no".`);
    expect(auth({ kind: 'lost', cause: 'closed' })).toBe(
      `${PLACE} gave no reply to AUTH: it closed the connection.`,
    );
    expect(auth({ kind: 'failed', cause: 'no-secret' })).toBe(
      `We broke AUTH with ${PLACE} off: there is no password for that account.`,
    );
    expect(auth(null)).toBe(`${PLACE} was to answer AUTH.`);
    expect(owners('auth-outcome', 'answer', ['lost', 'refused', 'failed'])).toEqual([
      ...['network', 'operator', 'operator'],
    ]);
  });
});
