import type { Violations } from './violation.js';

const build = 'src/policy/tls-report/send/build-report.ts';

/** Reports that are sent (RFC 8460). */
export const tlsReports: Violations = {
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
};
