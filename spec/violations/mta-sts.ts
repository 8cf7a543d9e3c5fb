import type { Violations } from './violation.js';

const record = 'src/policy/mta-sts/record.ts';
const policyFile = 'src/policy/mta-sts/policy-file.ts';
const policyFetch = 'src/adapters/node/https/policy-fetch.ts';
const match = 'src/policy/names/match.ts';

/** MTA-STS: the record, the policy file, its fetch and its patterns (RFC 8461). */
export const mtaSts: Violations = {
  'NULLMX-5-2': { row: 'DENY-1', says: 'look-for-policy' },
  'STS-3.4-4': {
    file: 'src/policy/mx/candidate.ts',
    find: "return destination.kind === 'domain' ? destination.name : null;",
    put: 'return candidate?.host ?? null;',
  },
  'STS-4.1-3': {
    file: 'src/policy/host/plan.ts',
    find: 'mx.some((pattern) => listsHost(pattern, host))',
    put: 'mx.length > 0',
  },
  'STS-3.1-2': { file: record, find: String.raw`/^v=STSv1[ \t]*;/`, put: String.raw`/^v=STSv1[ \t]*;/i` },
  'STS-3.1-6': { file: record, find: String.raw`/^v=STSv1[ \t]*;/`, put: String.raw`/v=STSv1[ \t]*;/` },
  'STS-3.1-7': { file: record, find: '{1,32}$/;', put: '{1,33}$/;' },
  'STS-3.1-11': { file: record, find: 'parts.map(trimBlanks)', put: 'parts' },
  'STS-3.1-12': {
    file: record,
    find: 'if (match === null) return',
    put: "if (match === null || match[1] !== 'id') return",
  },
  'STS-3.2-1': { file: policyFetch, find: "'/.well-known/mta-sts.txt'", put: "'/mta-sts.txt'" },
  'STS-3.2-4': {
    file: policyFile,
    find: String.raw`text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text`,
    put: String.raw`text.replaceAll('\n', ' ').replaceAll('\r ', '\n')`,
  },
  'STS-3.2-5': { file: policyFile, find: "value === 'STSv1' ?", put: '/^STSv/i.test(value) ?' },
  'STS-3.2-6': {
    file: policyFile,
    find: 'MODES.includes(value) ?',
    put: 'MODES.includes(value.toLowerCase()) ?',
  },
  'STS-3.2-7': {
    file: policyFile,
    find: 'MAX_AGE.test(value)',
    put: 'Number.isFinite(Number(value))',
  },
  'STS-3.2-10': {
    file: policyFile,
    find: "(mx.length === 0 && mode !== 'none')",
    put: 'mx.length === 0',
  },
  'STS-3.2-11': {
    file: policyFile,
    find: 'isStart = isDot;',
    put: 'isStart = isDot || (isStart && code < 0x3a);',
  },
  'STS-3.2-12': {
    file: policyFile,
    find: '!isLetterOrDigit(code) && (',
    put: 'code < 0x80 && !isLetterOrDigit(code) && (',
  },
  'STS-3.2-13': {
    file: policyFile,
    find: 'const isDot = code === DOT;',
    put: 'const isDot = code === DOT || code === 0x2c || code === 0x20;',
  },
  'STS-3.2-14': {
    file: policyFile,
    find: "return KEY.test(key) && !isNoValue(value) ? null : 'not-a-field';",
    put: "return 'bad-version';",
  },
  'STS-3.2-15': {
    file: policyFile,
    find: 'if (known[key] !== null) return null;',
    put: '',
  },
  'STS-3.3-1': { file: policyFetch, find: 'rejectUnauthorized: true', put: 'rejectUnauthorized: false' },
  'STS-3.3-2': {
    file: 'src/adapters/node/x509/name-error.ts',
    find: "subject: 'never'",
    put: "subject: 'default'",
  },
  'STS-3.3-5': { file: policyFetch, find: 'if (status !== 200)', put: 'if (status >= 300)' },
  'STS-3.3-6': { file: policyFetch, find: 'if (status !== 200)', put: 'if (status < 200 || status > 399)' },
  'STS-3.3-7': {
    file: policyFetch,
    find: "Accept: 'text/plain',",
    put: "Accept: 'text/plain',\n      'If-None-Match': '\"1\"',",
  },
  'STS-7.1-2': { file: policyFetch, find: 'servername: ask.host,', put: "servername: 'other.example'," },
  'STS-4.1-2': {
    file: match,
    find: "host.includes('.') && host.slice(host.indexOf('.') + 1) === parent",
    put: "host.endsWith('.' + parent)",
  },
  'CHOICE-19': {
    file: policyFile,
    find: 'if (!isMxPattern(value)) return isNoValue',
    put: "if (!isMxPattern(value) || !/[A-Za-z]$/.test(value)) return 'bad-version';\n      if (!isMxPattern(value)) return isNoValue",
  },
  'CHOICE-22': { row: 'DENY-4', says: 'believe' },
  'STS-4.1-4': { row: 'STSD-4', says: 'authenticate' },
  'STS-5-5': { row: 'END-4', says: 'bounce 5.4.4' },
  'STS-3.3-17': {
    file: 'src/policy/check/judge-mta-sts.ts',
    find: "if (fetched.failure === 'policy-host-certificate') {",
    put: "if (fetched.failure === 'policy-invalid') {",
  },
  'STS-7.1-3': {
    file: 'src/policy/check/judge-tls.ts',
    find: "if (visit.kind === 'tls-failed')\n      return [raiseTls('sni-needed'",
    put: "if (visit.kind === 'injected')\n      return [raiseTls('sni-needed'",
  },
};
