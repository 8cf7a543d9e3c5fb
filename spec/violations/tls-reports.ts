import type { Violations } from './violation.js';

const build = 'src/policy/tls-report/send/build-report.ts';

/** Reports that are sent (RFC 8460). */
export const tlsReports: Violations = {
  'RPT-4-4': {
    file: 'src/policy/tls-report/report-session.ts',
    find: "policyType: 'no-policy-found'",
    put: "policyType: 'sts'",
  },
  'RPT-3-10': {
    file: 'src/services/tls-report/send/hand-over.ts',
    find: "facts: { ...facts, tlsRequired: 'no',",
    put: "facts: { ...facts, tlsRequired: 'absent',",
  },
  'RPT-4-2': {
    file: build,
    find: "line.policyType === 'sts' && line.mxHost.length > 0",
    put: 'line.mxHost.length > 0',
  },
  'RPT-4.4-5': {
    file: build,
    find: "'policy-domain': line.policyDomain,",
    put: "'policy-domain': line.policyDomain.toUpperCase(),",
  },
  'RPT-3-12': { row: 'ENDP-5', says: 'accepted' },
  'RPT-3-13': {
    file: 'src/services/dkim/sign-mail.ts',
    find: 'signingDomain: domain,',
    put: 'signingDomain: domain,\n        maxBodyLength: 10,',
  },
  'RPT-5.1-2': {
    file: 'src/policy/tls-report/send/report-names.ts',
    find: '!${uniqueId}.json.gz`',
    put: '!${uniqueId}.json`',
  },
  'RPT-5.1-3': {
    file: 'src/policy/tls-report/send/report-names.ts',
    find: 'return `${submitter}!${domain}!',
    put: "return `${submitter}!${domain.replace('xn--bcher-kva', 'b\u00fccher')}!",
  },
  'RPT-5.3-3': {
    file: 'src/policy/tls-report/send/compose-mail.ts',
    find: '`TLS-Report-Domain: ${names.domain}`,',
    put: '`TLS-Report-Domain: ${names.submitter}`,',
  },
  'RPT-5.3-6': {
    file: 'src/services/tls-report/send/hand-over.ts',
    find: "tlsRequired: 'no', requireTls: 'no', report: 'tls'",
    put: "tlsRequired: 'absent', requireTls: 'no', report: 'tls'",
  },
  'RPT-5.6-1': {
    file: 'src/policy/tls-report/read/outer-names.ts',
    find: "check('TLS-Report-Domain', names.reportDomain, isDomain);",
    put: '',
  },
  'DKIM-6376-5.4-1': {
    file: 'src/services/dkim/sign-mail.ts',
    find: "headerList: fields.join(':'),",
    put: "headerList: fields.slice(1).join(':'),",
  },
};
