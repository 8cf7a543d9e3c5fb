import { AUTH_MECHANISMS } from '../../policy/relay/transport.js';
import type { Ask, AskOf, EffectName, Until } from '../catalog.js';
import { TransactionDeadlinesCodec, withDeadlineOfEach, withGreetingDeadline } from './deadlines.codec.js';
import { CachedPolicyCodec, FetchFailureCodec, TlsaRecordCodec } from './facts.codec.js';
import { type Fields, rewritten, strictObject, tagged, type Variant, withDefaults } from './strict-object.js';
import { NamedSocksCodec } from './transport.codec.js';
import { type Codec, Finite, listOf, oneOf, orNull, Text, Texts } from './values.js';

/** The effects that stand in a journal by themselves; a host run is a bracket there. */
export type JournalledEffect = Exclude<EffectName, 'host.run'>;
type JournalledAsk = Exclude<Ask, { type: 'host.run' }>;
type Change = AskOf<'policy-cache.write'>['change'];

const LOOKUP = { name: Text, deadlineMs: Finite };
const SESSION = { session: Finite, deadlineMs: Finite };

const ChangeCodec = tagged<Change, 'kind'>('a change of the cache', 'kind', {
  store: strictObject<Extract<Change, { kind: 'store' }>>('a policy to store', {
    kind: oneOf('store'),
    entry: CachedPolicyCodec,
  }),
  'remember-failure': strictObject<Extract<Change, { kind: 'remember-failure' }>>('a failure to remember', {
    kind: oneOf('remember-failure'),
    failure: FetchFailureCodec,
  }),
});

const UntilCodec = strictObject<Until>('an end of waiting', {
  at: Finite,
  reach: oneOf('until-then', 'until-sent'),
});

const AlternateCodec = strictObject<NonNullable<AskOf<'smtp.connect'>['alternate']>>('an alternate', {
  address: Text,
  afterMs: Finite,
});

export const AskCodec: Codec<JournalledAsk> = tagged<JournalledAsk, 'type'>('a question', 'type', {
  'dns.mx': ask('dns.mx', LOOKUP),
  'dns.txt': ask('dns.txt', LOOKUP),
  'dns.addresses': ask('dns.addresses', LOOKUP),
  'dns.cname': ask('dns.cname', LOOKUP),
  'dns.tlsa': ask('dns.tlsa', LOOKUP),
  'random.draw': ask('random.draw', { count: Finite }),
  'policy-cache.read': ask('policy-cache.read', { domain: Text }),
  'policy-cache.write': ask('policy-cache.write', { domain: Text, change: ChangeCodec }),
  'policy.fetch': ask('policy.fetch', {
    host: Text,
    port: Finite,
    addresses: Texts,
    bytesMax: Finite,
    deadlineMs: Finite,
  }),
  'smtp.connect': withDefaults(
    rewritten(
      ask(
        'smtp.connect',
        {
          ...SESSION,
          address: Text,
          port: Finite,
          greetingMs: Finite,
          alternate: orNull(AlternateCodec),
          greeting: oneOf('under-tls'),
          socks: NamedSocksCodec,
          fresh: oneOf('yes'),
        },
        ['greeting', 'socks', 'fresh'],
      ),
      withGreetingDeadline,
    ),
    { alternate: null },
  ),
  'smtp.greeting': ask('smtp.greeting', SESSION),
  'smtp.auth': ask('smtp.auth', {
    ...SESSION,
    mechanism: oneOf(...AUTH_MECHANISMS),
    account: Text,
    user: Text,
    host: Text,
    port: Finite,
    binding: oneOf('bound', 'could-bind', 'unbound'),
  }),
  'smtp.hello': ask('smtp.hello', { ...SESSION, verb: oneOf('EHLO', 'HELO'), name: Text }),
  'smtp.starttls': ask('smtp.starttls', SESSION),
  'tls.handshake': ask('tls.handshake', { ...SESSION, serverName: orNull(Text), suites: oneOf('any') }, [
    'suites',
  ]),
  'peer.inspect': ask('peer.inspect', {
    ...SESSION,
    tlsa: listOf('a list of TLSA records', TlsaRecordCodec),
  }),
  'smtp.send': rewritten(
    ask(
      'smtp.send',
      {
        session: Finite,
        deadlines: TransactionDeadlinesCodec,
        sender: Text,
        parameters: Texts,
        recipients: Texts,
        recipientParameters: listOf('a list of parameters for each recipient', Texts),
        pipelining: oneOf('yes', 'no'),
        reset: oneOf('yes'),
      },
      ['recipientParameters', 'reset'],
    ),
    withDeadlineOfEach,
  ),
  'smtp.quit': ask('smtp.quit', SESSION),
});

function ask<K extends JournalledEffect>(
  type: K,
  fields: Fields<AskOf<K>>,
  mayLack: readonly string[] = [],
): Codec<Variant<JournalledAsk, 'type', K>> {
  type Whole = Variant<JournalledAsk, 'type', K>;
  // The compiler does not see through the union for a type that it does not know yet.
  const all = { type: oneOf(type), id: Finite, ...fields, until: UntilCodec } as unknown as Fields<Whole>;
  const present = Object.keys(fields).filter((name) => !mayLack.includes(name));
  return strictObject<Whole>('a question', all, ['type', 'id', ...present] as never);
}
