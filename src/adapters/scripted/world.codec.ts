import * as t from 'io-ts';
import { dictionary, strictObject } from '../../effects/codecs/strict-object.js';
import { oneOf, orNull, such, wholeFrom } from '../../effects/codecs/values.js';
import { familyOf } from '../../policy/names/ip-address.js';
import type { Step } from './scenario.js';
import type { Certificate, MailHost, PolicyHost, RecordSet, World } from './world.js';

const Strings = t.readonlyArray(t.string, 'a list of texts');
const Octets = such('a whole number, 0 or more', (value): value is number => isWhole(value) && value >= 0);
const Status = such(
  'a status from 200 to 599',
  (value): value is number => isWhole(value) && value >= 200 && value <= 599,
);
const Addresses = t.readonlyArray(
  such('an IP address', (value): value is string => typeof value === 'string' && familyOf(value) !== null),
  'a list of IP addresses',
);
const Connect = oneOf('accept', 'refuse', 'silent');
const Reply = such('a reply line such as "250 ok", or "close"', isReply);

const SetObject = strictObject<Exclude<RecordSet, readonly string[]>>(
  'a record set',
  {
    security: oneOf('secure', 'insecure'),
    records: Strings,
    denial: oneOf('nodata', 'nxdomain'),
    fails: oneOf('bogus', 'servfail', 'refused', 'timeout', 'malformed'),
  },
  [],
);

/** Not a union of io-ts: that would report what is wrong with each of its members. */
const RecordSetCodec = new t.Type<RecordSet, unknown, unknown>(
  'a record set',
  (value): value is RecordSet => Strings.is(value) || SetObject.is(value),
  (value, context) =>
    Array.isArray(value) ? Strings.validate(value, context) : SetObject.validate(value, context),
  t.identity,
);

const CertificateCodec = strictObject<Certificate>(
  'a certificate',
  {
    names: Strings,
    addresses: Addresses,
    commonName: t.string,
    issuer: oneOf('ca', 'intermediate', 'private-ca', 'self'),
    validity: oneOf('valid', 'expired', 'not-yet-valid'),
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
    keywords: Strings,
    keywordsAfterTls: Strings,
    starttls: such('a way to answer STARTTLS, or a reply line', isStartTls),
    certificate: CertificateCodec,
    replies: strictObject<NonNullable<MailHost['replies']>>(
      'replies',
      {
        ehlo: Reply,
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
    mediaType: t.string,
    body: t.string,
    bodyOctets: Octets,
    location: t.string,
    certificate: CertificateCodec,
  },
  [],
);

/** Keys of `dns`: a type and a name. */
const isRecordKey = (key: string): boolean =>
  /^(?:MX|A|AAAA|CNAME|TXT|TLSA) [a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(key);
const RECORD_KEY = 'TYPE and lower-case name such as "MX a.example"';
const isHostId = (key: string): boolean => /^[a-z0-9][a-z0-9._-]*$/i.test(key);
const HOST_ID = 'an ID of letters, digits, dots and hyphens';

export const WorldCodec = strictObject<World>(
  'a world',
  {
    signedZones: Strings,
    dns: dictionary(RECORD_KEY, isRecordKey, RecordSetCodec),
    mail: dictionary(HOST_ID, isHostId, MailHostCodec),
    policy: dictionary(HOST_ID, isHostId, PolicyHostCodec),
  },
  ['dns'],
);

/** What changes in a world; null: it goes. */
export const ChangeCodec = strictObject<NonNullable<Step['change']>>(
  'a change of the world',
  {
    dns: dictionary(RECORD_KEY, isRecordKey, orNull(RecordSetCodec)),
    mail: dictionary(HOST_ID, isHostId, orNull(MailHostCodec)),
    policy: dictionary(HOST_ID, isHostId, orNull(PolicyHostCodec)),
  },
  [],
);

const START_TLS = ['offered', 'not-offered', 'injected', 'broken', 'closes', 'old', 'late-alert'];

function isStartTls(value: unknown): value is NonNullable<MailHost['starttls']> {
  return typeof value === 'string' && (START_TLS.includes(value) || /^[2-5]\d\d /.test(value));
}

function isReply(value: unknown): value is string {
  return typeof value === 'string' && (value === 'close' || /^[2-5]\d\d(?:[ -]|$)/.test(value));
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
