import type { Violations } from './violation.js';

const wire = 'src/adapters/node/dns/wire.ts';
const sections = 'src/adapters/node/dns/sections.ts';
const adapter = 'src/adapters/node/dns/dns-adapter.ts';
const lifetime = 'src/policy/dns/lifetime.ts';
const tlsa = 'src/adapters/node/dns/tlsa-record.ts';
const udp = 'src/adapters/node/dns/links.ts';

/** What is asked of DNS and how its answers are read. */
export const dns: Violations = {
  'STS-3.1-8': {
    file: wire,
    find: 'at += 1 + length;\n  } while',
    put: "at += 1 + length;\n    if (at < rdata.length) text += ' ';\n  } while",
  },
  'STS-3.1-9': {
    file: adapter,
    find: 'owner = aliases.at(-1) ?? owner;',
    put: 'owner = aliases[0] ?? owner;',
  },
  'DANE-2.1.3-2': {
    file: adapter,
    find: "if (verdict === 'insecure') kind = 'insecure';",
    put: 'kind = verdict;',
  },
  'TLSA-8.2-1': { file: lifetime, find: 'Math.max(0, Math.min(answer.ttlSeconds, max))', put: 'max' },
  'RPT-3-3': {
    file: 'src/policy/tls-report/tlsrpt-record.ts',
    find: String.raw`/^v=TLSRPTv1[ \t]*;/`,
    put: String.raw`/^v=TLSRPTv1[ \t]*;/i`,
  },
  'RPT-3-4': {
    file: wire,
    find: 'at += 1 + length;\n  } while',
    put: "at += 1 + length;\n    if (at < rdata.length) text += ' ';\n  } while",
  },
  'RPT-3-5': {
    file: 'src/policy/tls-report/tlsrpt-record.ts',
    find: "field.slice(RUA.length).split(',')",
    put: 'field.slice(RUA.length).split(";")',
  },
  'RPT-3-6': {
    file: 'src/policy/tls-report/tlsrpt-record.ts',
    find: 'if (rua.length === 0) return',
    put: 'if (rua.length === 0 || rua.length < fields.length) return',
  },
  'SEC-4035-4.9-1': {
    file: wire,
    find: 'if (frame.class !== IN || frame.type !== TYPE_CODES[type]) return null;',
    put: 'if (frame.class !== IN || frame.type !== TYPE_CODES[type]) throw new Garbled();',
  },
  'EDE-2-1': {
    file: sections,
    find: 'message.readUInt16BE(at) === EXTENDED_ERROR && length >= 2',
    put: 'message.readUInt16BE(at) === EXTENDED_ERROR && length === 2',
  },
  'EDE-3-1': {
    file: wire,
    find: 'tellingError(opt?.extendedErrors ?? [])',
    put: 'tellingError((opt?.extendedErrors ?? []).slice(0, 1))',
  },
  'DNS-5452-1': {
    file: wire,
    find: 'if (message.readUInt16BE(0) !== query.id || !isResponse)',
    put: 'if (!isResponse)',
  },
  'DNS-2308-7-1': { file: lifetime, find: 'const FAILURE_SECONDS = 5;', put: 'const FAILURE_SECONDS = 600;' },
  'TLSA-2.1-1': { file: tlsa, find: 'const RDATA_OCTETS_MIN = 4;', put: 'const RDATA_OCTETS_MIN = 0;' },
  'DNS-1035-3': {
    file: udp,
    find: "if (reply.kind !== 'needs-stream') return reply;",
    put: "if (reply.kind !== 'needs-stream') return reply;\n  if (query !== null) return { kind: 'failed', cause: 'malformed', code: null };",
  },
  'STS-3.1-1': {
    file: 'src/machine/attempt.asks.ts',
    find: 'name: `_mta-sts.${policyDomain(context)}`',
    put: 'name: `mta-sts.${policyDomain(context)}`',
  },
  'STS-3.4-2': {
    file: 'src/machine/attempt.context.ts',
    find: "return policyDomainOf(input.destination, way === 'relay' ? candidates[0]! : null);",
    put: "return policyDomainOf(input.destination, way === 'relay' ? candidates[0]! : null)?.replace(/^[^.]+\\.(?=.*\\.)/, '') ?? null;",
  },
  'DANE-2.2.2-1': {
    file: 'src/machine/host.plan-judgements.ts',
    find: 'learnAddresses(context.addressAnswer!, input.dialled);',
    put: "({ kind: 'found', addresses: ['127.0.0.1'], security: 'secure', expandedName: null, families: 'one' } as const);",
  },
  'DANE-2.1.3-1': {
    file: adapter,
    find: 'if (rcode === NOERROR && chain.length > 0 && denialSeconds === null) continue;',
    put: '',
  },
  'RPT-3-1': {
    file: 'src/services/tls-report/send/send-report.ts',
    find: 'name: `_smtp._tls.${key.domain}`',
    put: 'name: `_smtp-tlsrpt.${key.domain}`',
  },
  'RPT-3-2': {
    file: 'src/policy/tls-report/tlsrpt-record.ts',
    find: 'if (ours.length > 1) return',
    put: 'if (ours.length > 2) return',
  },
  'SMTP-5.1-1': {
    file: adapter,
    find: 'let owner = name.toLowerCase();',
    put: "let owner = name.includes('.') ? name.toLowerCase() : `${name}.example`;",
  },
  'SMTP-5.1-3': { row: 'MX-5', says: 'unknown' },
  'SMTP-5.1-4': { row: 'MX-6', says: 'no-target' },
  'SMTP-5.1-7': { row: 'END-1', says: 'defer 4.4.3' },
  'NULLMX-3-2': {
    file: 'src/policy/check/judge-mx.ts',
    find: "if (exchange === '') return records.length > 1 ? [raiseMx('mx-null-among-others')] : [];",
    put: "if (exchange === '') return [];",
  },
  'NULLMX-3-3': {
    file: 'src/policy/mx/discover.ts',
    find: "answer.records.length === 1 && answer.records[0]!.exchange === ''",
    put: "answer.records.some(({ exchange }) => exchange === '')",
  },
  'NULLMX-4.1-1': { row: 'MX-2', says: 'try-domain' },
  'EDE-3-2': {
    file: 'src/policy/dns/dns-reply.ts',
    find: 'rcode: wordFor(rcode), ad',
    put: "rcode: extendedError === 6 ? 'servfail' : wordFor(rcode), ad",
  },
  'DNS-5891-1': {
    file: 'src/policy/names/mailbox.ts',
    find: 'parseHostName(toAscii(text))',
    put: "parseHostName(toAscii(text) || 'invalid.example')",
  },
  'U8-3.2-1': {
    file: 'src/machine/attempt.asks.ts',
    find: "return destination.kind === 'domain' ? destination.name : destination.address;",
    put: "return destination.kind === 'domain' ? destination.name.replace('xn--bcher-kva', 'b\u00fccher') : destination.address;",
  },
  'X-16': {
    file: 'src/policy/mx/discover.ts',
    find: 'if (candidates.length <= candidatesMax) return',
    put: 'if (candidates.length >= 0) return',
  },
  'SEC-4035-4.1-1': {
    file: 'src/adapters/node/dns/write-query.ts',
    find: 'const UDP_PAYLOAD_OCTETS = 1232;',
    put: 'const UDP_PAYLOAD_OCTETS = 512;',
  },
};
