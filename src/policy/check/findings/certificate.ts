import type { FindingTexts } from '../finding.js';

/** What can be found out about certificates as a sender sees them who asks a CA. */
export const CERTIFICATE_FINDINGS = {
  'certificate-passes': {
    severity: 'good',
    what: 'The certificate of {host} is from a CA that is trusted here, holds its name, and is valid until {until}.',
    why: 'Senders that check certificates take it.',
    todo: null,
    refs: ['STS-4.2-1', 'STS-4.2-2'],
    clause: 'RFC 8461, Section 4.2',
  },
  'certificate-fails-under-enforce': {
    severity: 'critical',
    what: 'The certificate of {host} [{address}] {fault}, and the MTA-STS policy enforces certificates.',
    why: 'Senders that keep to the policy send nothing there; the mail waits until it is returned.',
    todo: 'Install a certificate for {host} from a public CA, with its intermediates. Until then publish the policy in mode testing, with a new id.',
    refs: ['STS-4-1', 'STS-4.2-1', 'STS-4.2-2'],
    clause: 'RFC 8461, Section 4.2',
  },
  'certificate-fails-under-testing': {
    severity: 'error',
    what: 'The certificate of {host} [{address}] {fault}.',
    why: 'The MTA-STS policy is being tested; enforced, it would stop mail to this address.',
    todo: 'Install a certificate for {host} from a public CA, with its intermediates, before the policy is enforced.',
    refs: ['STS-4.2-1', 'STS-4.2-2'],
    clause: 'RFC 8461, Section 4.2',
  },
  'certificate-not-asked-for': {
    severity: 'good',
    what: 'The certificate of {host} [{address}] {fault}, which does not matter: its TLSA records match.',
    why: 'Under DANE nobody asks a CA.',
    todo: null,
    refs: ['DOPS-5.1-1'],
    clause: 'RFC 7672, Section 3.1.1',
  },
  'certificate-fails': {
    severity: 'warning',
    what: 'The certificate of {host} [{address}] {fault}.',
    why: 'Without DANE or MTA-STS senders encrypt to whoever answers, so mail comes; senders with rules of their own may refuse.',
    todo: 'Install a certificate for {host} from a public CA, or publish TLSA records for the one in use.',
    refs: ['STS-4.2-1', 'STS-4.2-2'],
    clause: 'RFC 8461, Section 4.2',
  },
  'certificate-expires-soon': {
    severity: 'warning',
    what: 'The certificate of {host} expires on {until}, in {days}.',
    why: 'From then on senders that ask a CA, or find the issuer by a TLSA record of usage 2, send nothing.',
    todo: 'Renew it, and see that the renewal is installed and the server loads it.',
    refs: ['STS-4.2-1'],
    clause: 'RFC 8461, Section 4.2',
  },
} as const satisfies FindingTexts;
