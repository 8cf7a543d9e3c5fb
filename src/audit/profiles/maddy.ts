import { NO_ADDRESS, NOT_KNOWN, noOtherFamily } from './common.js';
import type { Profile } from './profile.js';

const REMOTE = 'maddy 0.9.4, internal/target/remote';
const SECURITY = `${REMOTE}/security.go`;

export const maddy: Profile = {
  name: 'maddy',
  software: 'maddy 0.9.4, mx_auth with dane, mtasts and dnssec, relaxed_requiretls = yes (its default)',
  settings: { halfDane: 'ignore', stsLookupFailure: 'proceed', cleartextRetry: 'at-once' },
  rows: [
    ...noOtherFamily('MADDY', REMOTE),
    {
      ...{ id: 'MADDY-1', table: 'tls-outcome', then: 'give-up-for-now', source: `${REMOTE}/connect.go` },
      when: { outcome: ['refused', 'refused-for-now'], cleartextRetry: 'allowed' },
      why: 'STARTTLS that is refused is not followed by cleartext.',
    },
    {
      ...{
        id: 'MADDY-2',
        table: 'requiretls-keyword',
        then: 'send-without',
        source: `${REMOTE}/connect.go:282`,
      },
      when: { message: 'requires-tls', tls: 'yes', keyword: 'missing' },
      why: 'Under relaxed_requiretls authenticated TLS stands in for the keyword.',
    },
  ],
  ends: [
    {
      ...{
        id: 'MADDY-E1',
        because: ['PEER-6', 'PEER-8'],
        outcome: 'bounced',
        status: '5.7.0',
        source: SECURITY,
      },
      why: 'A certificate that no TLSA record describes fails for good.',
    },
    {
      ...{
        id: 'MADDY-E2',
        because: ['BAR-6', 'BAR-7'],
        outcome: 'bounced',
        status: '5.7.0',
        source: SECURITY,
      },
      why: 'A host that the policy does not list fails for good.',
    },
    {
      ...{
        id: 'MADDY-E3',
        because: ['PEER-7', 'PEER-9', 'TLS-3'],
        beside: ['STSD-3'],
        outcome: 'deferred',
        status: '4.7.1',
      },
      source: SECURITY,
      why: 'A certificate or a missing STARTTLS that fails an enforced policy waits.',
    },
    {
      ...{ id: 'MADDY-E4', because: ['BAR-2'], outcome: 'bounced', status: '5.7.30', source: SECURITY },
      why: 'A message under REQUIRETLS to a host that nothing validates is refused with the code for a missing keyword.',
    },
  ],
  unknown: [
    ...NOT_KNOWN,
    NO_ADDRESS,
    {
      because: [],
      beside: ['RTLS-5'],
      why: 'Whether validated MX records and a valid certificate satisfy REQUIRETLS there is not known.',
      source: 'not studied',
    },
  ],
  ownStatuses: 'not-known',
  fold: 'last-host',
};
