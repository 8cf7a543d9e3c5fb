import type { Decision } from '../../policy/kernel/table.js';

/**
 * Verdicts that changed nothing: the way was free, nobody asked for anything, the next thing was done. The short form
 * leaves them out. By table, because the same word may matter elsewhere.
 */
export const QUIET: Readonly<Record<string, readonly string[]>> = {
  'message-kind': ['ordinary'],
  'next-hop': ['literal', 'mx'],
  'mx-discovery': ['try-hosts'],
  'mx-denial': ['believe', 'look-for-policy'],
  'policy-cache': ['no-policy', 'fetch'],
  'sts-demand': ['no-demand'],
  'target-address': ['connect'],
  'tlsa-base': ['original', 'no-dane'],
  'dane-applies': ['look', 'no-dane'],
  'dane-demand': ['no-demand'],
  'requiretls-demand': ['no-demand'],
  'operator-demand': ['no-demand'],
  'recipient-policy': ['stands'],
  'host-barrier': ['connect'],
  'dane-matching': ['not-required', 'required'],
  'pkix-demand': ['ignored', 'observed'],
  'server-name': ['tlsa-base', 'mx-name', 'none'],
  'cleartext-retry': ['allowed', 'forbidden'],
  'connection-outcome': ['go-on'],
  'start-tls': ['start'],
  'tls-outcome': ['inspect'],
  'peer-authentication': ['none'],
  'requiretls-keyword': ['send-without'],
  'message-fit': ['send', 'stop-here'],
  'dsn-hand-on': ['pass-on', 'nothing-asked'],
  'reply-meaning': ['go-on', 'delivered'],
  'session-report': ['success', 'failure', 'not-counted'],
  'report-result-type': ['not-reported'],
  'next-candidate': ['try-next', 'conclude'],
};

/** Whether a decision is of interest only to whoever wants to see them all. */
export function isQuiet({ table, verdict }: Pick<Decision, 'table' | 'verdict'>): boolean {
  return QUIET[table]?.includes(verdict) ?? false;
}
