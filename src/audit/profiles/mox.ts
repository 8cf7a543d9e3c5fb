import { PROFILES } from '../../policy/settings.js';
import { insecureAliasEnds, NO_ADDRESS, NOT_KNOWN } from './common.js';
import type { Profile } from './profile.js';

const DIRECT = 'mox of 2026, queue/direct.go';
const CLIENT = 'mox of 2026, smtpclient/client.go:807';
const GATHER = 'mox of 2026, smtpclient/gather.go';

export const mox: Profile = {
  name: 'mox',
  software: 'mox of 2026',
  settings: PROFILES.mox,
  rows: [
    ...insecureAliasEnds('MOX', `${GATHER}:226`),
    {
      ...{
        id: 'MOX-1',
        table: 'mx-denial',
        when: { answer: 'insecure' },
        then: 'believe',
        source: `${GATHER}:108`,
      },
      why: 'An answer about MX records is believed, whatever policy is kept.',
    },
  ],
  ends: [
    {
      ...{ id: 'MOX-E1', because: ['TLS-3', 'TOUT-4'], outcome: 'bounced', status: null, reach: 'any-host' },
      source: CLIENT,
      why: 'Where TLS is demanded STARTTLS is said whether it is offered or not, and a refusal for good, as a host gives that knows nothing of it, ends the delivery for good; no other host is tried.',
    },
    {
      ...{ id: 'MOX-E2', because: ['BAR-2'], outcome: 'bounced', status: '5.7.30', source: `${DIRECT}:515` },
      why: 'A message under REQUIRETLS to a host that nothing validates is refused with the code for a missing keyword.',
    },
    {
      ...{ id: 'MOX-E3', because: ['PEER-6', 'PEER-7', 'TOUT-3'], beside: ['END-3'] },
      ...{ outcome: 'deferred', status: null, source: DIRECT },
      why: 'A failure of TLS is tried again, under REQUIRETLS too.',
    },
    {
      ...{ id: 'MOX-E4', because: ['MX-5'], outcome: 'deferred', status: null, source: `${GATHER}:108` },
      why: 'A domain that does not exist is looked up again until the attempts are used up.',
    },
    {
      ...{ id: 'MOX-E5', because: ['MX-2'], outcome: 'bounced', status: null, source: `${GATHER}:108` },
      why: 'A null MX ends the delivery for good, without a status of its own.',
    },
  ],
  unknown: [
    ...NOT_KNOWN,
    NO_ADDRESS,
    {
      because: ['PEER-7', 'PEER-4', 'PEER-2'],
      beside: ['BASE-3', 'STSD-3'],
      why: 'The certificate of a host that is an alias is compared with the name that the alias leads to, and not with that of the MX record.',
      source: 'mox of 2026, queue/direct.go:547',
    },
  ],
  ownStatuses: 'not-known',
  fold: 'most-telling',
};
