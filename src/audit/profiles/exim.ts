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
    {
      ...{
        id: 'EXIM-9',
        table: 'dane-demand',
        when: { tlsa: 'unusable' },
        then: 'unreachable',
        source: SOURCE,
      },
      why: 'TLSA records of which none can be used fail the lookup, and the message waits.',
    },
  ],
  ends: [],
  unknown: NOT_KNOWN,
  fold: 'most-telling',
};
