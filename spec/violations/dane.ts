import type { Violations } from './violation.js';

const match = 'src/policy/dane/match.ts';
const usability = 'src/policy/dane/usability.ts';
const names = 'src/policy/certificate/names.ts';
const references = 'src/policy/dane/reference-names.ts';
const coversName = 'src/policy/names/match.ts';
const knowledge = 'src/policy/dane/tlsa-knowledge.ts';

/** DANE: usable records, chains and names (RFC 6698, RFC 7671, RFC 7672). */
export const dane: Violations = {
  'DANE-1.1-1': {
    file: names,
    find: "if (commonName === 'never' || dnsNames.length > 0) return false;",
    put: "if (commonName === 'never') return false;",
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
    find: "return parent?.includes('.') === true && coversOneLabel(parent, host);",
    put: 'return false;',
  },
  'DANE-5-1': {
    file: usability,
    find: "record.matching !== 'sha-256' ||",
    put: "record.matching !== 'full' ||",
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
  'TLSA-4.1-3': {
    file: usability,
    find: "return record.data.length === length ? null : 'digest-length';",
    put: 'return null;',
  },
  'TLSA-6-1': { file: usability, find: "record.matching === 1 ? 'sha-256' : 'sha-512'", put: "'sha-256'" },
  'TLSA-4.1-1': {
    file: knowledge,
    find: "answer.kind === 'insecure' || answer.records.length === 0",
    put: 'answer.records.length === 0',
  },
  'DANE-2.1.2-2': { row: 'NEXT-1', says: 'conclude' },
  'DANE-2.1.2-5': { row: 'BAR-4', says: 'connect' },
  'DANE-2.2.2-7': {
    file: 'src/machine/host.plan-judgements.ts',
    find: "context.tlsa.kind === 'absent' && context.tlsaBases",
    put: "context.tlsa.kind !== 'present' && context.tlsaBases",
  },
  'DANE-2.2.3-1': {
    file: 'src/machine/host.asks.ts',
    find: 'const name = `_${port(context)}._tcp.${context.tlsaBases[0]}`;',
    put: 'const name = `_25._tcp.${context.tlsaBases[0]}`;',
  },
  'DANE-2.2.3-2': {
    file: 'src/machine/host.asks.ts',
    find: 'const name = `_${port(context)}._tcp.${context.tlsaBases[0]}`;',
    put: 'const name = `_25._tcp.${context.tlsaBases[0]}`;',
  },
  'DANE-2.2.3-3': {
    file: 'src/machine/host.plan-judgements.ts',
    find: 'tlsaBases: [expanded ?? host, host]',
    put: 'tlsaBases: [host, expanded ?? host]',
  },
  'DANE-3.1.2-1': {
    file: 'src/policy/check/judge-dane.ts',
    find: '        ...anchorsNotSent(known),\n',
    put: '',
  },
  'DOPS-5.2.2-2': {
    file: 'src/policy/check/judge-dane.ts',
    find: '        ...anchorsNotSent(known),\n',
    put: '',
  },
  'DANE-3.2.2-1': {
    file: match,
    find: "return coversOneOf(leaf, references, 'without-dns-id')\n",
    put: 'return true\n',
  },
  'DANE-3.2.3-1': {
    file: names,
    find: "if (commonName === 'never' || dnsNames.length > 0) return false;",
    put: "if (commonName === 'never') return false;",
  },
  'DOPS-4-1': { file: usability, find: 'record.usage !== 2 && record.usage !== 3', put: 'record.usage > 3' },
  'DOPS-4.1-1': {
    file: usability,
    find: 'record.usage !== 2 && record.usage !== 3',
    put: 'record.usage > 3',
  },
  'DOPS-5.2-4': {
    file: 'src/policy/certificate/path.ts',
    find: 'search.signaturesOf.get(top) ?? []',
    put: 'top === 0 ? (search.signaturesOf.get(top) ?? []) : []',
  },
  'DOPS-5.2-5': {
    file: 'src/policy/certificate/path.ts',
    find: 'return notBefore <= now && now <= notAfter;',
    put: 'return notBefore <= now || now <= notAfter;',
  },
  'DOPS-5.2.2-1': { file: match, find: "r.matching === 'full' ?", put: 'r.index < 0 ?' },
  'DOPS-7-1': { row: 'BASE-3', says: 'original' },
  'DOPS-8-1': {
    file: 'src/policy/check/judge-dane.ts',
    find: 'return judgeKinds(known, peer);',
    put: 'return [];',
  },
  'DOPS-9-4': {
    file: usability,
    find: "record.matching !== 'sha-256' ||",
    put: "record.matching === 'sha-512' ||",
  },
  'DOPS-10.3-1': { row: 'DANE-3', says: 'no-demand' },
  'TLSA-2.1.2-1': {
    file: 'src/adapters/node/x509/certificate-der.ts',
    find: 'spki: slice(der, spki),',
    put: 'spki: slice(der, spki).subarray(4),',
  },
  'TLSA-2.1.3-1': {
    file: usability,
    find: "record.matching === 0 ? 'full' : record.matching === 1 ?",
    put: "record.matching === 0 ? 'full' : record.matching === 2 ?",
  },
  'TLSA-2.2-1': {
    file: 'src/policy/check/tlsa-publish.ts',
    find: '${usage} ${selector} ${matching} ${data',
    put: '${usage} ${matching} ${selector} ${data',
  },
  'TLSA-3-1': {
    file: 'src/machine/host.asks.ts',
    find: 'const name = `_${port(context)}._tcp.',
    put: 'const name = `_${port(context)}._TCP.',
  },
  'TLSA-4-1': {
    file: 'src/machine/host.asks.ts',
    find: 'address: context.addresses[context.address]!,\n    port: port(context),',
    put: 'address: context.addresses[context.address]!,\n    port: 25,',
  },
  'TLSA-4.1-5': { row: 'PEER-6', says: 'dane' },
  'DANE-2.2.1-2': {
    file: references,
    find: 'facts.expandedNextHop !== null',
    put: "facts.expandedNextHop === ''",
  },
  'DANE-2.2.2-3': { row: 'NEXT-1', says: 'conclude' },
  'DANE-2.2.3-4': { row: 'DANE-4', says: 'unreachable' },
  'DANE-2.2.3-5': { row: 'SNI-2', says: 'none' },
  'DOPS-4.2-1': { row: 'PKIX-11', says: 'required' },
  'DOPS-5.2.2-3': { row: 'PKIX-11', says: 'required' },
  'DANE-2.2.1-1': {
    file: 'src/policy/mx/discover.ts',
    find: 'a.preference - b.preference ||',
    put: 'b.preference - a.preference ||',
  },
};
