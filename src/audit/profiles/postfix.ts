import { PROFILES } from '../../policy/settings.js';
import { NOT_KNOWN, noOtherFamily, withoutSts } from './common.js';
import type { OtherEnd, OtherRow, Profile, Unknown } from './profile.js';

const DOCS = 'Postfix TLS_README';
const SMTP_PROTO = 'Postfix 3.12-20260821, src/smtp/smtp_proto.c';
const CONNECT = 'Postfix 3.12-20260821, src/smtp/smtp_connect.c';

const ENDS: readonly OtherEnd[] = [
  {
    ...{
      id: 'POSTFIX-E1',
      because: ['TLS-3', 'TOUT-4'],
      outcome: 'deferred',
      status: '4.7.4',
      source: SMTP_PROTO,
    },
    beside: ['RTLS-1'],
    why: 'A host that must have TLS and has none is left for now.',
  },
];

const UNKNOWN: readonly Unknown[] = [
  ...NOT_KNOWN,
  {
    because: ['TOUT-3', 'TOUT-4'],
    beside: ['RETRY-5'],
    why: 'Where STARTTLS is refused and nothing demands TLS, Postfix goes on in clear on the same connection; a broken handshake waits. Which of them it is decides, and what the server would have said in clear is not recorded.',
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
