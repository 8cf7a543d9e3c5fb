/*
 * Which test files hold a table that no attempt asks. A new table of that kind needs an entry, or `npm run mutate` stops.
 * The cheapest file comes first; the next is only run for what the first does not notice.
 */
export const guards: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'resolver-trust': ['src/policy/dns/resolver-tables.test.ts'],
  'resolver-failover': ['src/policy/dns/resolver-tables.test.ts'],
  'dns-reply': ['src/policy/dns/resolver-tables.test.ts'],
  'resolver-self-test': ['src/policy/dns/resolver-tables.test.ts'],
  'last-look': ['src/policy/mta-sts/last-look.test.ts'],
  'policy-refresh': ['src/policy/mta-sts/refresh-plan.test.ts'],
  'refresh-alert': ['src/policy/mta-sts/refresh-plan.test.ts'],
  'policy-merge': ['src/policy/mta-sts/merge-policy.test.ts'],
  'policy-room': ['src/policy/mta-sts/merge-policy.test.ts'],
  'report-claim': ['src/policy/tls-report/report-state.test.ts'],
  'report-step': ['src/policy/tls-report/send/sending-tables.test.ts'],
  'report-wanted': ['src/policy/tls-report/send/sending-tables.test.ts'],
  'dkim-key': ['src/policy/tls-report/send/sending-tables.test.ts'],
  'dkim-record': ['src/policy/tls-report/send/sending-tables.test.ts'],
  'endpoint-outcome': ['src/policy/tls-report/send/sending-tables.test.ts'],
  'report-conclusion': ['src/policy/tls-report/send/sending-tables.test.ts'],
  notice: ['src/policy/dsn/notice-tables.test.ts'],
  'notice-content': ['src/policy/dsn/notice-tables.test.ts'],
  'notice-form': ['src/policy/dsn/notice-tables.test.ts'],
  'tlsa-worth': ['src/policy/check/judge-domain.test.ts'],
  'tls-finding': ['src/policy/check/judge-domain.test.ts'],
  'dane-finding': ['src/policy/check/judge-domain.test.ts'],
  'certificate-finding': ['src/policy/check/judge-domain.test.ts'],
  'postfix-host-need': ['src/hosts/postfix/look-up.test.ts'],
  'postfix-level': ['src/hosts/postfix/look-up.test.ts'],
  'postfix-attributes': ['src/hosts/postfix/look-up.test.ts'],
};
