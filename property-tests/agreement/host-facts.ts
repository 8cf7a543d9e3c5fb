/*
 * From the facts of the reference implementation to the facts of the policy, and to a world that shows them to the machine.
 */

import type { HostFacts } from '../../spec/reference/host.js';
import { PLAIN, SHOWN } from '../../src/policy/certificate/facts.fixture.js';
import type { CertificateFacts, PeerFacts } from '../../src/policy/certificate/facts.js';
import { daneApplies } from '../../src/policy/dane/dane-applies.table.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { tlsaBase } from '../../src/policy/dane/tlsa-base.table.js';
import type { TlsaKnowledge } from '../../src/policy/dane/tlsa-knowledge.js';
import { decide } from '../../src/policy/kernel/table.js';
import type { StsKnowledge } from '../../src/policy/mta-sts/policy.js';
import { mxProofOf } from '../../src/policy/mx/candidate.js';
import type { MessageFacts } from '../../src/policy/require-tls/message.js';
import { DEFAULT_SETTINGS, type Settings } from '../../src/policy/settings.js';

export const HOST = 'mx.a.example';
export const DOMAIN = 'a.example';
export const NOW = 1_767_268_800_000;
const DIGEST = { right: 'aa'.repeat(32), wrong: 'bb'.repeat(32) };

export const USABLE: TlsaRecord = {
  kind: 'tlsa',
  usage: 3,
  selector: 1,
  matching: 1,
  data: DIGEST.right,
  content: 'opaque',
  digest: null,
};
export const UNUSABLE: TlsaRecord = { ...USABLE, usage: 1 };

export function settingsFor(facts: HostFacts): Settings {
  return {
    ...DEFAULT_SETTINGS,
    whenDanePasses: facts.whenDanePasses,
    halfDane: facts.halfDane,
    cleartextRetry: facts.cleartextRetry,
    tlsRequiredNo: facts.tlsRequiredNo,
    requireTlsTestingPolicy: facts.requireTlsTestingPolicy,
    requireTlsSecureMx: facts.requireTlsSecureMx,
    privateAddresses: 'allow',
    destinations:
      facts.operator === 'none'
        ? []
        : [{ destination: '*', demand: facts.operator, owner: 'o', reason: 'r', expiresAt: null }],
  };
}

export function messageFor(facts: HostFacts): MessageFacts {
  return {
    sender: facts.nullSender ? '' : 's@b.example',
    requireTls: facts.requireTls ? 'yes' : 'no',
    tlsRequired: facts.tlsRequired,
    report: facts.dmarcReport ? 'dmarc' : 'none',
    sizeBytes: 100,
    body: '7bit',
    utf8: 'not-needed',
  };
}

export function stsFor(facts: HostFacts): StsKnowledge {
  if (facts.source === 'literal' || facts.sts === 'none') return { kind: 'none' };
  if (facts.sts === 'unknown') return { kind: 'unknown' };
  const mx = facts.stsMx === 'listed' ? [HOST, DOMAIN] : ['other.example'];
  return {
    kind: 'policy',
    policy: { mode: facts.sts, mx, maxAgeSeconds: 86_400, lines: [] },
    freshness: facts.stsFreshness,
  };
}

export function hostOf(facts: HostFacts): string {
  switch (facts.source) {
    case 'literal':
      return '192.0.2.1';
    case 'implicit':
      return DOMAIN;
    case 'mx':
    case 'relay':
      return HOST;
  }
}

/** Whether TLSA records are asked for, by the tables. */
export function asksTlsa(facts: HostFacts): boolean {
  const target = facts.source === 'literal' ? 'literal' : 'name';
  const mx = mxProofOf(facts.source, facts.mx);
  if (decide(daneApplies, { target, mx, halfDane: facts.halfDane }).verdict === 'no-dane') return false;
  const base = decide(tlsaBase, { alias: 'none', addresses: facts.addresses, firstAlias: 'not-asked' });
  return base.verdict === 'original';
}

export function tlsaFor(facts: HostFacts): TlsaKnowledge {
  if (!asksTlsa(facts)) return { kind: 'not-applicable' };
  switch (facts.tlsa) {
    case 'failed':
      return { kind: 'failed', cause: 'servfail' };
    case 'absent':
      return { kind: 'absent' };
    case 'usable':
      return { kind: 'present', baseDomain: hostOf(facts), records: [USABLE] };
    case 'unusable':
      return { kind: 'present', baseDomain: hostOf(facts), records: [UNUSABLE] };
  }
}

export function peerFor(facts: HostFacts): PeerFacts {
  const leaf: CertificateFacts = {
    ...PLAIN,
    certificateSha256: '01'.repeat(32),
    certificateSha512: '02'.repeat(64),
    spkiSha256: facts.dane === 'match' ? DIGEST.right : DIGEST.wrong,
    spkiSha512: '03'.repeat(64),
    dnsNames: namesIn(facts),
    ipAddresses: facts.source === 'literal' ? ['c0000201'] : [],
    notBefore: NOW - 1000,
    notAfter: NOW + 1000,
  };
  const path =
    facts.pkix === 'pass' || (facts.source === 'mx' && facts.pkixDomain === 'pass')
      ? ({ kind: 'trusted' } as const)
      : ({ kind: 'untrusted', cause: 'unknown-issuer', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } as const);
  return { ...SHOWN, kind: 'presented', chain: [leaf], anchors: [null], signatures: [], path };
}

/** The path leads to the trust store if one of the names is right, and only then. */
function namesIn(facts: HostFacts): readonly string[] {
  if (facts.source === 'literal') return [];
  if (facts.source !== 'mx') return [hostOf(facts)];
  return [
    ...(facts.pkix === 'pass' || facts.pkixDomain === 'fail' ? [HOST] : []),
    ...(facts.pkixDomain === 'pass' ? [DOMAIN] : []),
  ];
}
