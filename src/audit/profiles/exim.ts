import {
  givenNameOnly,
  insecureAliasEnds,
  NOT_KNOWN,
  noOtherFamily,
  withoutRequireTls,
  withoutSts,
  withoutTlsRequired,
} from './common.js';
import type { Profile } from './profile.js';

const SPEC = 'Exim specification, chapter "Encrypted SMTP connections using TLS/SSL"';
const SOURCE = 'Exim 4.99, src/transports/smtp.c';

export const exim: Profile = {
  name: 'exim',
  software: 'Exim 4.99, hosts_try_dane = * (its default), tls_tempfail_tryclear = true (its default)',
  settings: {
    ...{
      halfDane: 'ignore',
      stsLookupFailure: 'proceed',
      cleartextRetry: 'at-once',
      tlsRequiredNo: 'ignore',
    },
  },
  rows: [
    ...withoutSts('EXIM', `${SPEC}: there is no MTA-STS`),
    ...withoutRequireTls('EXIM', 'Exim change log: the experimental REQUIRETLS was removed'),
    ...withoutTlsRequired('EXIM', SPEC),
    ...givenNameOnly('EXIM', SOURCE),
    ...insecureAliasEnds('EXIM', SOURCE),
    ...noOtherFamily('EXIM', SOURCE),
  ],
  ends: [],
  unknown: [
    ...NOT_KNOWN,
    {
      because: [],
      beside: ['DANE-3'],
      why: 'Where no TLSA record can be used, the source of 4.99 lets the message wait, and Exim 4.96 with GnuTLS delivers it under TLS.',
      source: `${SOURCE}; peer-tests/profiles.test.ts`,
    },
  ],
  ownStatuses: 'not-known',
  fold: 'most-telling',
};
