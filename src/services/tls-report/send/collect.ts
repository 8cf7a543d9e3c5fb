/*
 * What an attempt adds to the tallies of its day. The engine has left out what must not be counted: messages with
 * "TLS-Required: No", and reports themselves (RFC 8460, Section 3).
 */
import { having, methods, strictObject } from '../../../effects/codecs/strict-object.js';
import { anything, Finite, listOf, oneOf } from '../../../effects/codecs/values.js';
import { errorText } from '../../../effects/error-text.js';
import { checked } from '../../../effects/misuse.js';
import type { ReportKey, TlsReportStore } from '../../../effects/stores.js';
import type { AttemptResult } from '../../../policy/attempt/types.js';
import { utcDay } from '../../../policy/tls-report/send/report-day.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';

/** Where tallies are kept, and for whom. */
export interface CollectOptions {
  readonly store: Pick<TlsReportStore, 'add'>;
  /**
   * Whether the owners of mail hosts with TLSA records are told too, where they ask for reports under the TLSA base domain
   * (RFC 8460, Section 1.1). Default: only recipient domains are.
   */
  readonly daneHosts?: 'recipient-only' | 'also-hosts';
}

export interface CollectedAttempt {
  readonly result: Pick<AttemptResult, 'destination' | 'policy' | 'reports'>;
  /** Milliseconds since 1970. A session counts for the day in which its attempt ended. */
  readonly endedAt: number;
}

/** Where tallies are kept. */
export const CollectOptionsCodec = strictObject<CollectOptions>(
  'where tallies are kept',
  {
    store: methods<CollectOptions['store']>('a store with add', { add: true }),
    daneHosts: oneOf('recipient-only', 'also-hosts'),
  },
  ['store'],
);

const CollectedCodec = having<CollectedAttempt>('an object with result and endedAt', {
  result: having<CollectedAttempt['result']>('the result of an attempt', {
    destination: anything(),
    policy: anything(),
    reports: listOf('a list of tallies', anything()),
  }),
  endedAt: Finite,
});

/** A store that does not answer must not hold up mail. */
const STORE_MS_MAX = 2000;

/** Adds an attempt to the tallies. Answers what could not be kept, in words, or null; rejects with a {@link MisuseError} alone. */
export async function collectReports(
  options: CollectOptions,
  attempt: CollectedAttempt,
): Promise<string | null> {
  checked(CollectOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  checked(CollectedCodec, attempt, 'WAXSEAL_BAD_OPTIONS', 'attempt');
  const { store, daneHosts = 'recipient-only' } = options;
  const { result, endedAt } = attempt;
  const { reports } = result;
  const reportDomain = reportDomainOf(result);
  if (reportDomain === null || reports.length === 0) return null;
  const day = utcDay(endedAt);
  const parts = new Map([[reportDomain, reports]]);
  if (daneHosts === 'also-hosts') {
    for (const line of reports) {
      const { policyType, policyDomain } = line;
      if (policyType !== 'tlsa' || policyDomain === reportDomain) continue;
      parts.set(policyDomain, [...(parts.get(policyDomain) ?? []), line]);
    }
  }
  const problems = await Promise.all(
    [...parts].map(([domain, lines]) => keepTally(store, { day, domain }, lines)),
  );
  return problems.find((problem) => problem !== null) ?? null;
}

/** Behind a relay the policies are the relay's, and so are the reports: its owner is not the recipient's to know. */
function reportDomainOf({ policy, destination }: CollectedAttempt['result']): string | null {
  return policy?.domain ?? (destination.kind === 'domain' ? destination.name : null);
}

/** Answers what could not be kept, in words, or null. Never rejects. */
export async function keepTally(
  store: CollectOptions['store'],
  key: ReportKey,
  lines: readonly TlsReportPolicy[],
): Promise<string | null> {
  const what = `the tally of ${key.domain} for the TLS report of ${key.day} is not kept`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, STORE_MS_MAX, 'late');
  });
  try {
    const answer = await Promise.race([store.add(key, lines), late]);
    switch (answer) {
      case 'added':
        return null;
      case 'full':
        return `${what}: the store holds as many domains as it may`;
      case 'settled':
        return `${what}: the report has gone already`;
      case 'late':
        return `${what}: the store did not answer within ${STORE_MS_MAX} ms`;
    }
  } catch (error) {
    return `${what}: ${errorText(error)}`;
  } finally {
    clearTimeout(timer);
  }
}
