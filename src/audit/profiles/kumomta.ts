import {
  givenNameOnly,
  NO_ADDRESS,
  NOT_KNOWN,
  noOtherFamily,
  withoutRequireTls,
  withoutTlsRequired,
} from './common.js';
import type { Profile } from './profile.js';

const STS = 'KumoMTA of August 2026, crates/mta-sts';
const DISPATCHER = 'KumoMTA of August 2026, crates/kumod/src/smtp_dispatcher.rs';

export const kumomta: Profile = {
  name: 'kumomta',
  software:
    'KumoMTA of August 2026, enable_dane = true (off by default), enable_mta_sts = true (its default)',
  settings: {
    ...{
      halfDane: 'ignore',
      stsLookupFailure: 'proceed',
      whenDanePasses: 'skip-pkix',
      tlsRequiredNo: 'ignore',
    },
  },
  rows: [
    ...withoutRequireTls('KUMO', DISPATCHER),
    ...withoutTlsRequired('KUMO', DISPATCHER),
    ...givenNameOnly('KUMO', `${DISPATCHER}:690`),
    ...noOtherFamily('KUMO', DISPATCHER),
    {
      ...{ id: 'KUMO-9', table: 'policy-cache', then: 'proceed-unknown', source: STS },
      when: { fetched: 'failed', cached: 'current', record: 'other-id' },
      why: 'A kept policy is dropped where the id has changed and the new one cannot be fetched.',
    },
  ],
  ends: [
    {
      ...{ id: 'KUMO-E1', because: ['BAR-6', 'BAR-7'], outcome: 'deferred', status: '4.4.4', source: STS },
      why: 'Hosts that the policy does not list are left out before any is tried, and none is left.',
    },
    {
      ...{ id: 'KUMO-E2', because: ['PEER-6', 'PEER-7', 'PEER-8', 'PEER-9', 'TLS-3', 'BAR-4'] },
      ...{ outcome: 'deferred', status: null, source: DISPATCHER },
      why: 'A host that fails a demand is left for the next one, and the message waits.',
    },
  ],
  unknown: [
    ...NOT_KNOWN,
    NO_ADDRESS,
    {
      because: ['TLS-4', 'TOUT-3', 'TOUT-4'],
      why: 'Whether broken or refused TLS that nobody demands is followed by cleartext is an option of the path (opportunistic_tls_reconnect_on_failed_handshake).',
      source: DISPATCHER,
    },
  ],
  ownStatuses: 'not-known',
  fold: 'most-telling',
};
