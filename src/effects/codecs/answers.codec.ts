import type { AddressesAnswer } from '../../policy/dns/answer.js';
import { AUTH_FAILURES } from '../../policy/relay/auth.js';
import { LOST_CAUSES } from '../../policy/smtp/reply.js';
import type {
  Aborted,
  Answered,
  AnswerOf,
  AuthAnswer,
  CommandAnswer,
  ConnectAnswer,
  FetchAnswer,
  HandshakeAnswer,
  StartTlsAnswer,
  TransactionAnswer,
} from '../catalog.js';
import type { JournalledEffect } from './asks.codec.js';
import {
  CacheCodec,
  dnsAnswer,
  LostCauseCodec,
  LostCodec,
  MxRecordCodec,
  PeerFactsCodec,
  ReplyCodec,
  TlsaRecordCodec,
} from './facts.codec.js';
import { type Fields, strictObject, tagged, type Variant, withDefaults } from './strict-object.js';
import { type Codec, Finite, listOf, oneOf, orNull, Text } from './values.js';

type JournalledAnswer = Exclude<Answered, { type: 'host.run.answered' }>;

const Names = dnsAnswer(Text);

const Addresses = strictObject<AddressesAnswer>('addresses of both families', { a: Names, aaaa: Names });

const Fetch = tagged<FetchAnswer, 'kind'>('what the policy host said', 'kind', {
  response: strictObject<Extract<FetchAnswer, { kind: 'response' }>>('a response', {
    kind: oneOf('response'),
    status: Finite,
    mediaType: Text,
    body: Text,
  }),
  failed: strictObject<Extract<FetchAnswer, { kind: 'failed' }>>('a failed fetch', {
    kind: oneOf('failed'),
    cause: oneOf('certificate', 'connect', 'tls', 'timeout', 'too-large', 'protocol'),
    code: Text,
  }),
});

/** Where there was no race yet, there was one address. */
const NO_RACE = { address: '' };

const Connect = tagged<ConnectAnswer, 'kind'>('the answer to a connection', 'kind', {
  connected: strictObject<Extract<ConnectAnswer, { kind: 'connected' }>>(
    'a connection',
    { kind: oneOf('connected'), localAddress: Text, address: Text, mails: Finite },
    ['kind', 'localAddress', 'address'],
  ),
  greeted: withDefaults(
    strictObject<Extract<ConnectAnswer, { kind: 'greeted' }>>(
      'a greeting',
      { kind: oneOf('greeted'), reply: ReplyCodec, localAddress: Text, address: Text, mails: Finite },
      ['kind', 'reply', 'localAddress', 'address'],
    ),
    NO_RACE,
  ),
  failed: strictObject<Extract<ConnectAnswer, { kind: 'failed' }>>('a failed connection', {
    kind: oneOf('failed'),
    cause: oneOf('refused', 'timeout', 'unreachable', 'reset', 'proxy', 'other'),
  }),
  lost: withDefaults(
    strictObject<Extract<ConnectAnswer, { kind: 'lost' }>>(
      'a lost connection',
      { kind: oneOf('lost'), cause: LostCauseCodec, said: Text, address: Text },
      ['kind', 'cause', 'address'],
    ),
    NO_RACE,
  ),
});

const Replied = strictObject<Extract<CommandAnswer, { kind: 'replied' }>>('a reply to a command', {
  kind: oneOf('replied'),
  reply: ReplyCodec,
});

const Command = tagged<CommandAnswer, 'kind'>('the answer to a command', 'kind', {
  replied: Replied,
  lost: LostCodec,
});

const Auth = tagged<AuthAnswer, 'kind'>('the answer to AUTH', 'kind', {
  replied: strictObject<Extract<AuthAnswer, { kind: 'replied' }>>('a reply to AUTH', {
    kind: oneOf('replied'),
    reply: ReplyCodec,
    proof: oneOf('shown', 'none'),
  }),
  failed: strictObject<Extract<AuthAnswer, { kind: 'failed' }>>('an AUTH that was broken off', {
    kind: oneOf('failed'),
    cause: oneOf(...AUTH_FAILURES),
    reply: orNull(ReplyCodec),
  }),
  lost: LostCodec,
});

const StartTls = tagged<StartTlsAnswer, 'kind'>('the answer to STARTTLS', 'kind', {
  replied: Replied,
  injected: strictObject<Extract<StartTlsAnswer, { kind: 'injected' }>>('a reply with octets behind it', {
    kind: oneOf('injected'),
    reply: ReplyCodec,
  }),
  lost: LostCodec,
});

const Handshake = tagged<HandshakeAnswer, 'kind'>('how the handshake went', 'kind', {
  established: strictObject<Extract<HandshakeAnswer, { kind: 'established' }>>('an established session', {
    kind: oneOf('established'),
    protocol: Text,
    cipher: Text,
  }),
  failed: strictObject<Extract<HandshakeAnswer, { kind: 'failed' }>>('a failed handshake', {
    kind: oneOf('failed'),
    cause: oneOf('alert', 'closed', 'reset', 'timeout', 'protocol'),
    code: Text,
  }),
});

const ReplyOrNull = orNull(ReplyCodec);

const Transaction = strictObject<TransactionAnswer>(
  'the replies to a transaction',
  {
    mail: ReplyOrNull,
    recipients: listOf('a list of replies', ReplyOrNull),
    data: ReplyOrNull,
    end: ReplyOrNull,
    lost: orNull(oneOf(...LOST_CAUSES, 'aborted')),
    dotSent: oneOf('yes'),
    said: Text,
  },
  ['mail', 'recipients', 'data', 'end', 'lost'],
);

export const AnsweredCodec: Codec<JournalledAnswer> = tagged<JournalledAnswer, 'type'>('an answer', 'type', {
  'dns.mx.answered': answered('dns.mx', dnsAnswer(MxRecordCodec)),
  'dns.txt.answered': answered('dns.txt', Names),
  'dns.addresses.answered': answered('dns.addresses', Addresses),
  'dns.cname.answered': answered('dns.cname', Names),
  'dns.tlsa.answered': answered('dns.tlsa', dnsAnswer(TlsaRecordCodec)),
  'random.draw.answered': answered(
    'random.draw',
    strictObject<AnswerOf<'random.draw'>>('drawn numbers', { values: listOf('a list of numbers', Finite) }),
  ),
  'policy-cache.read.answered': answered('policy-cache.read', CacheCodec),
  'policy-cache.write.answered': answered(
    'policy-cache.write',
    strictObject<AnswerOf<'policy-cache.write'>>(
      'how the cache took it',
      { kind: oneOf('written', 'failed'), why: Text },
      ['kind'],
    ),
  ),
  'policy.fetch.answered': answered('policy.fetch', Fetch),
  'smtp.connect.answered': answered('smtp.connect', Connect),
  'smtp.greeting.answered': answered('smtp.greeting', Command),
  'smtp.auth.answered': answered('smtp.auth', Auth),
  'smtp.hello.answered': answered('smtp.hello', Command),
  'smtp.starttls.answered': answered('smtp.starttls', StartTls),
  'tls.handshake.answered': answered('tls.handshake', Handshake),
  'peer.inspect.answered': answered('peer.inspect', PeerFactsCodec),
  'smtp.send.answered': answered('smtp.send', Transaction),
  'smtp.quit.answered': answered(
    'smtp.quit',
    strictObject<AnswerOf<'smtp.quit'>>('a closed connection', { kind: oneOf('closed') }),
  ),
  aborted: strictObject<Aborted>('a question that was given up', {
    type: oneOf('aborted'),
    id: Finite,
    at: Finite,
  }),
});

function answered<K extends JournalledEffect>(
  type: K,
  answer: Codec<AnswerOf<K>>,
): Codec<Variant<JournalledAnswer, 'type', `${K}.answered`>> {
  type Whole = Variant<JournalledAnswer, 'type', `${K}.answered`>;
  // The compiler does not see through the union for a type that it does not know yet.
  const all = { type: oneOf(`${type}.answered`), id: Finite, at: Finite, answer } as unknown as Fields<Whole>;
  return strictObject<Whole>('an answer', all);
}
