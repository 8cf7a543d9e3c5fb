import type { Violations } from './violation.js';

const match = 'src/policy/dane/match.ts';
const usability = 'src/policy/dane/usability.ts';
const names = 'src/policy/certificate/names.ts';
const references = 'src/policy/dane/reference-names.ts';
const coversName = 'src/policy/names/match.ts';
const knowledge = 'src/policy/dane/tlsa-knowledge.ts';
const plan = 'src/policy/mx/discover.ts';

/** DANE: usable records, chains and names (RFC 6698, RFC 7671, RFC 7672). */
export const dane: Violations = {
  'DANE-1.1-1': {
    file: names,
    find: "certificate.dnsNames.length > 0 || commonName === 'never'",
    put: "commonName === 'never'",
  },
  'DANE-2.2.1-1': {
    file: plan,
    find: 'a.record.preference - b.record.preference ||',
    put: 'b.record.preference - a.record.preference ||',
  },
  'DANE-3.1.1-1': {
    file: match,
    find: 'if (endEntity !== undefined) return',
    put: "if (endEntity !== undefined && !coversOneOf(leaf, references, 'without-dns-id')) return { kind: 'name-mismatch' };\n  if (endEntity !== undefined) return",
  },
  'DANE-3.1.1-2': {
    file: match,
    find: 'if (endEntity !== undefined) return',
    put: "if (endEntity !== undefined && leaf.notAfter < now) return { kind: 'expired' };\n  if (endEntity !== undefined) return",
  },
  'DANE-3.2.1-1': {
    file: match,
    find: 'if (endEntity !== undefined) return',
    put: "if (endEntity !== undefined && !coversOneOf(leaf, references, 'without-dns-id')) return { kind: 'name-mismatch' };\n  if (endEntity !== undefined) return",
  },
  'DANE-3.2.2-1': {
    file: match,
    find: "path === 'found' && coversOneOf(leaf, references, 'without-dns-id')",
    put: "path === 'found'",
  },
  'DANE-3.2.2-2': {
    file: references,
    find: "if (mxProofOf(facts.source, facts.mxSecurity) !== 'insecure') addTo",
    put: "if (facts.source !== 'mx') addTo",
  },
  'DANE-3.2.2-3': {
    file: references,
    find: 'facts.expandedNextHop !== null',
    put: "facts.expandedNextHop === ''",
  },
  'DANE-3.2.2-5': {
    file: references,
    find: "if (mxProofOf(facts.source, facts.mxSecurity) !== 'insecure') addTo",
    put: "if (facts.source === 'mx') addTo",
  },
  'DANE-3.2.3-2': {
    file: coversName,
    find: "if (!presented.startsWith('*.'))",
    put: "if (presented.includes('*.') && !presented.startsWith('*.'))\n    return coversOneLabel(presented.slice(presented.indexOf('*.') + 2), host);\n  if (!presented.startsWith('*.'))",
  },
  'DANE-5-1': {
    file: usability,
    find: "record.matching !== 'sha-256' ||",
    put: "record.matching !== 'full' ||",
  },
  'DOPS-5.2.2-1': {
    file: match,
    find: "if (selector === 'public-key') return { certificate: null };",
    put: 'return null;',
  },
  'DOPS-5.2-4': {
    file: 'src/policy/certificate/path.ts',
    find: 'search.signatures.filter((fact) => fact.subject === path.at(-1)!)',
    put: 'search.signatures',
  },
  'TLSA-2.1.1-1': {
    file: usability,
    find: 'record.usage !== 2 && record.usage !== 3',
    put: 'record.usage !== 3',
  },
  'TLSA-2.1.1-2': {
    file: match,
    find: "record.usage === 'dane-ee' && isSelected(record, leaf)",
    put: "record.usage === 'dane-ee' && peer.chain.some((each) => isSelected(record, each))",
  },
  'TLSA-2.1.3-1': { file: usability, find: '{ 1: 64, 2: 128 }', put: '{ 1: 64 }' },
  'TLSA-4.1-3': {
    file: usability,
    find: "return record.data.length === length ? null : 'digest-length';",
    put: 'return null;',
  },
  'TLSA-4.1-5': {
    file: usability,
    find: 'record.usage !== 2 && record.usage !== 3',
    put: 'record.usage > 3',
  },
  'TLSA-6-1': { file: usability, find: "record.matching === 1 ? 'sha-256' : 'sha-512'", put: "'sha-256'" },
  'TLSA-4.1-1': {
    file: knowledge,
    find: "answer.kind === 'insecure' || answer.records.length === 0",
    put: 'answer.records.length === 0',
  },
  'SID-6125-6.4.4-1': {
    file: names,
    find: "certificate.dnsNames.length > 0 || commonName === 'never'",
    put: "commonName === 'never'",
  },
};
