import * as t from 'io-ts';
import { described, schemaOf } from '../../effects/codecs/schema.js';
import { dictionary, type Fields, strictObject } from '../../effects/codecs/strict-object.js';
import { listOf, oneOf, orNull, such, textOf, textsOf, wholeFrom } from '../../effects/codecs/values.js';
import { familyOf } from '../../policy/names/ip-address.js';
import type { Step } from './scenario.js';
import type { Certificate, MailHost, PolicyHost, RecordSet, World } from './world.js';

const Octets = such('a whole number, 0 or more', (value): value is number => isWhole(value) && value >= 0, {
  type: 'integer',
  minimum: 0,
});
const Status = such(
  'a status from 200 to 599',
  (value): value is number => isWhole(value) && value >= 200 && value <= 599,
  { type: 'integer', minimum: 200, maximum: 599 },
);
const Addresses = listOf(
  'a list of IP addresses',
  such('an IP address', (value): value is string => typeof value === 'string' && familyOf(value) !== null, {
    type: 'string',
  }),
);
const Records = textsOf(
  'a record in presentation form, such as "10 mx.a.example"; "@ID" stands for the address or the key of a host',
);
const Keywords = textsOf('an EHLO keyword with its parameters, such as "SIZE 10485760"');
const START_TLS = ['offered', 'not-offered', 'injected', 'broken', 'closes', 'old', 'late-alert'];
const DnsFailure = oneOf('bogus', 'servfail', 'refused', 'timeout', 'malformed');
const Connect = oneOf('accept', 'refuse', 'silent');
const REPLY = '^close$|^[2-5]\\d\\d([ -]|$)';
const Reply = such('a reply line such as "250 ok", or "close"', isReply, { type: 'string', pattern: REPLY });

const SetObject = strictObject<Exclude<RecordSet, readonly string[]>>(
  'a record set',
  {
    security: oneOf('secure', 'insecure'),
    records: Records,
    denial: oneOf('nodata', 'nxdomain'),
    fails: DnsFailure,
    askedAlone: DnsFailure,
  },
  [],
);

/** Not a union of io-ts: that would report what is wrong with each of its members. */
const RecordSetCodec = described(
  new t.Type<RecordSet, unknown, unknown>(
    'a record set',
    (value): value is RecordSet => Records.is(value) || SetObject.is(value),
    (value, context) =>
      Array.isArray(value) ? Records.validate(value, context) : SetObject.validate(value, context),
    t.identity,
  ),
  () => ({ anyOf: [schemaOf(Records), schemaOf(SetObject)] }),
);

const CertificateCodec = strictObject<Certificate>(
  'a certificate',
  {
    names: textsOf('a DNS name of subjectAltName, such as "mx.a.example" or "*.a.example"'),
    addresses: Addresses,
    commonName: textOf('the common name of the subject'),
    issuer: oneOf('ca', 'intermediate', 'private-ca', 'self'),
    validity: oneOf('valid', 'expired', 'not-yet-valid'),
    key: textOf('whose key it has, by any word, such as the ID of another host'),
    sends: oneOf('leaf-only', 'intermediates', 'full'),
  },
  [],
);

const MailHostCodec = strictObject<MailHost>(
  'a mail host',
  {
    connect: Connect,
    port: wholeFrom(1, 65_535),
    greeting: Reply,
    keywords: Keywords,
    keywordsAfterTls: Keywords,
    starttls: such('a way to answer STARTTLS, or a reply line', isStartTls, {
      anyOf: [{ enum: START_TLS }, { type: 'string', pattern: '^[2-5]\\d\\d ' }],
    }),
    implicitTls: such('true', (value): value is true => value === true),
    takes: strictObject<NonNullable<MailHost['takes']>>(
      'what it takes',
      {
        recipients: wholeFrom(1, 100_000),
        mails: wholeFrom(1, 100_000),
        connections: wholeFrom(1, 100_000),
      },
      [],
    ),
    auth: strictObject<NonNullable<MailHost['auth']>>(
      'whom it knows',
      {
        password: textOf('the password of every user'),
        lies: oneOf('signature', 'no-signature', 'iterations'),
      },
      [],
    ),
    certificate: CertificateCodec,
    replies: strictObject<NonNullable<MailHost['replies']>>(
      'replies',
      {
        ehlo: Reply,
        auth: Reply,
        helo: Reply,
        ehloAfterTls: Reply,
        mail: Reply,
        rcpt: dictionary('a recipient or "*"', () => true, Reply),
        data: Reply,
        end: Reply,
      },
      [],
    ),
  },
  [],
);

const PolicyHostCodec = strictObject<PolicyHost>(
  'a policy host',
  {
    connect: Connect,
    status: Status,
    mediaType: textOf('a media type such as "text/plain"'),
    body: textOf('the policy file; lines may be joined by "\\n"'),
    bodyOctets: Octets,
    location: textOf('where a 3xx points'),
    certificate: CertificateCodec,
  },
  [],
);

/** Keys of `dns`: a type and a name. */
const RECORD_KEY_PATTERN = '^(?:MX|A|AAAA|CNAME|TXT|TLSA) [a-z0-9_-]+(?:\\.[a-z0-9_-]+)*$';
const isRecordKey = (key: string): boolean => new RegExp(RECORD_KEY_PATTERN).test(key);
const RECORD_KEY = 'TYPE and lower-case name such as "MX a.example"';
const HOST_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]*$';
const isHostId = (key: string): boolean => new RegExp(HOST_ID_PATTERN).test(key);
const HOST_ID = 'an ID of letters, digits, dots and hyphens';

const WORLD_FIELDS: Fields<World> = {
  signedZones: textsOf('a zone that is signed; "." is everything'),
  dns: dictionary(RECORD_KEY, isRecordKey, RecordSetCodec, RECORD_KEY_PATTERN),
  mail: dictionary(HOST_ID, isHostId, MailHostCodec, HOST_ID_PATTERN),
  policy: dictionary(HOST_ID, isHostId, PolicyHostCodec, HOST_ID_PATTERN),
};

export const WorldCodec = strictObject<World>('a world', WORLD_FIELDS, ['dns']);

/** A part of a world, to be put together with others. */
export const PieceCodec = strictObject<Partial<World>>('a piece of a world', WORLD_FIELDS, []);

/** What changes in a world; null: it goes. */
export const ChangeCodec = strictObject<NonNullable<Step['change']>>(
  'a change of the world',
  {
    dns: dictionary(RECORD_KEY, isRecordKey, orNull(RecordSetCodec), RECORD_KEY_PATTERN),
    mail: dictionary(HOST_ID, isHostId, orNull(MailHostCodec), HOST_ID_PATTERN),
    policy: dictionary(HOST_ID, isHostId, orNull(PolicyHostCodec), HOST_ID_PATTERN),
  },
  [],
);

function isStartTls(value: unknown): value is NonNullable<MailHost['starttls']> {
  return typeof value === 'string' && (START_TLS.includes(value) || /^[2-5]\d\d /.test(value));
}

function isReply(value: unknown): value is string {
  return typeof value === 'string' && (value === 'close' || /^[2-5]\d\d(?:[ -]|$)/.test(value));
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
