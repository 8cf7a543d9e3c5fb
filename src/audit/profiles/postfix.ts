import { PROFILES } from '../../policy/settings.js';
import { NOT_KNOWN, noOtherFamily, withoutSts } from './common.js';
import type { OtherEnd, OtherRow, Profile, Unknown } from './profile.js';

const DOCS = 'Postfix TLS_README';
const SMTP_PROTO = 'Postfix 3.12-20260821, src/smtp/smtp_proto.c';
const CONNECT = 'Postfix 3.12-20260821, src/smtp/smtp_connect.c';

const ENDS: readonly OtherEnd[] = [
  {
    ...{ id: 'POSTFIX-E1', because: ['TLS-3'], beside: ['RTLS-1'] },
    ...{ outcome: 'deferred', status: '4.7.4', source: SMTP_PROTO },
    why: 'A host that must have TLS and has none is left for now.',
  },
  {
    ...{ id: 'POSTFIX-E3', because: ['TOUT-4'], beside: ['RTLS-1', 'RETRY-1'], reach: 'any-host' },
    ...{ outcome: 'bounced', status: null, source: `${SMTP_PROTO}; peer-tests/profiles.test.ts` },
    why: 'Where TLS is demanded, a refusal of STARTTLS for good ends the delivery for good; no other host is tried.',
  },
  {
    ...{ id: 'POSTFIX-E4', because: ['TOUT-3'], when: { outcome: 'refused-for-now' } },
    ...{ outcome: 'deferred', status: null, source: SMTP_PROTO },
    why: 'The message waits with the status with which STARTTLS was refused.',
  },
  {
    ...{ id: 'POSTFIX-E5', because: ['MX-2'], outcome: 'bounced', status: '5.1.0' },
    ...{ source: 'Postfix 3.12-20260821, src/smtp/smtp_addr.c' },
    why: 'A null MX ends the delivery for good.',
  },
];

const UNKNOWN: readonly Unknown[] = [
  ...NOT_KNOWN,
  {
    ...{
      because: ['TOUT-3', 'TOUT-4'],
      when: { outcome: ['refused', 'refused-for-now'] },
      beside: ['RETRY-5'],
    },
    why: 'Where STARTTLS is refused and nothing demands TLS, Postfix goes on in clear on the same connection; what the server would have said there is not recorded.',
    source: SMTP_PROTO,
  },
];

const SETTINGS = { ...PROFILES.postfix };

/** DANE, and no helper for MTA-STS. */
export const postfixAlone: Profile = {
  name: 'postfix-alone',
  software: 'Postfix 3.11 and later, smtp_tls_security_level = dane, without a helper for MTA-STS',
  settings: SETTINGS,
  rows: [...withoutSts('POSTFIX', `${DOCS} (MTA-STS takes a plugin)`), ...noOtherFamily('POSTFIX', CONNECT)],
  ends: ENDS,
  unknown: UNKNOWN,
  ownStatuses: 'as-ours',
  fold: 'most-telling',
};

const RESOLVER = 'postfix-mta-sts-resolver 1.5, and its issue #67';
const TLSPOL = 'postfix-tlspol 1.13.0';

const daneOff: OtherRow = {
  ...{ id: 'POSTFIX-9', table: 'dane-demand', then: 'no-demand', source: RESOLVER },
  when: { tlsa: ['usable', 'unusable', 'lookup-failed'] },
  why: 'One policy a lookup: the helper answered with that of MTA-STS, and DANE is not looked at.',
};

const stsOff: OtherRow = {
  ...{
    id: 'POSTFIX-10',
    table: 'sts-demand',
    when: { policy: 'enforce' },
    then: 'no-demand',
    source: TLSPOL,
  },
  why: 'One policy a lookup: the helper answered "dane", and the MTA-STS policy is lost.',
};

/** DANE, and a helper that answers with one policy a lookup. */
export const postfix: Profile = {
  ...postfixAlone,
  name: 'postfix',
  software:
    'Postfix 3.11 and later, smtp_tls_security_level = dane, with an MTA-STS helper in smtp_tls_policy_maps',
  rows: noOtherFamily('POSTFIX', CONNECT),
  ends: [
    ...ENDS,
    {
      ...{
        id: 'POSTFIX-E2',
        because: ['BAR-6', 'BAR-7'],
        outcome: 'deferred',
        status: '4.3.0',
        source: CONNECT,
      },
      why: 'Hosts that the policy does not list are left out in silence, and the message waits for a server.',
    },
  ],
  ways: {
    rows: [
      ['DANE-1', 'DANE-2', 'DANE-3'],
      ['STSD-3', 'STSD-4'],
    ],
    each: [
      { name: 'postfix-mta-sts-resolver', rows: [daneOff] },
      { name: 'postfix-tlspol', rows: [stsOff] },
    ],
  },
};
