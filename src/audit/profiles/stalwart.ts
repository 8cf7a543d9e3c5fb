import {
  givenNameOnly,
  insecureAliasEnds,
  NO_ADDRESS,
  NOT_KNOWN,
  noOtherFamily,
  withoutTlsRequired,
} from './common.js';
import type { Profile } from './profile.js';

const OUTBOUND = 'Stalwart of August 2026, crates/smtp/src/outbound';

export const stalwart: Profile = {
  name: 'stalwart',
  software: 'Stalwart of August 2026, dane = optional, mta_sts = optional (its defaults)',
  settings: {
    ...{
      halfDane: 'ignore',
      stsLookupFailure: 'proceed',
      whenDanePasses: 'skip-pkix',
      cleartextRetry: 'never',
    },
    tlsRequiredNo: 'ignore',
  },
  rows: [
    ...withoutTlsRequired('STALWART', OUTBOUND),
    ...givenNameOnly('STALWART', `${OUTBOUND}/dane`),
    ...insecureAliasEnds('STALWART', `${OUTBOUND}/dane`),
    ...noOtherFamily('STALWART', OUTBOUND),
    {
      ...{ id: 'STALWART-9', table: 'dane-demand', when: { tlsa: 'unusable' }, then: 'no-demand' },
      why: 'TLSA records of which none can be used are reported, and demand nothing.',
      source: `${OUTBOUND}/dane`,
    },
    {
      ...{
        id: 'STALWART-10',
        table: 'requiretls-demand',
        when: { required: 'yes' },
        then: 'no-demand',
        source: OUTBOUND,
      },
      why: 'REQUIRETLS makes STARTTLS compulsory and asks for no authentication.',
    },
    {
      ...{ id: 'STALWART-11', table: 'requiretls-keyword', then: 'send-without', source: OUTBOUND },
      when: { message: 'requires-tls', tls: 'yes', keyword: 'missing' },
      why: 'The keyword is added where it is offered, and left out where it is not.',
    },
  ],
  ends: [
    {
      ...{
        id: 'STALWART-E1',
        because: ['PEER-6', 'PEER-8'],
        outcome: 'bounced',
        status: null,
        source: `${OUTBOUND}/dane`,
      },
      why: 'A certificate that no TLSA record describes is a failure for good at that host.',
    },
    {
      ...{ id: 'STALWART-E2', because: ['BAR-6', 'BAR-7'], outcome: 'bounced', status: null },
      source: `${OUTBOUND}/mta_sts`,
      why: 'A host that the policy does not list is a failure for good, before DANE is looked at.',
    },
    {
      ...{ id: 'STALWART-E3', because: ['TLS-3'], beside: ['STSD-3'], outcome: 'bounced', status: null },
      source: `${OUTBOUND}/mta_sts`,
      why: 'A host without STARTTLS under an enforced policy is a failure for good.',
    },
  ],
  unknown: [
    ...NOT_KNOWN,
    NO_ADDRESS,
    {
      because: ['KEY-3'],
      why: 'Whether a message under REQUIRETLS waits or fails where there is no TLS is not known.',
      source: 'not studied',
    },
    {
      because: ['TOUT-3', 'TOUT-4'],
      beside: ['RETRY-3'],
      why: 'Whether a later attempt may go in clear is an expression of the operator.',
      source: OUTBOUND,
    },
    {
      because: [],
      beside: ['STS-21'],
      why: 'What becomes of a kept policy whose successor cannot be fetched is an error whose end was not studied.',
      source: `${OUTBOUND}/mta_sts`,
    },
  ],
  ownStatuses: 'not-known',
  fold: 'last-host',
};
