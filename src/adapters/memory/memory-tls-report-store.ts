import { Count } from '../../effects/codecs/arguments.codec.js';
import { having } from '../../effects/codecs/strict-object.js';
import { checked } from '../../effects/misuse.js';
import type { ReportDue, ReportKey, TlsReportStore, TlsReportStoreBounds } from '../../effects/stores.js';
import { isSettled, judgeClaim, type ReportState, settled } from '../../policy/tls-report/report-state.js';
import { boundTallies, type TlsReportPolicy } from '../../policy/tls-report/tally.js';

interface Tally extends ReportKey {
  readonly state: ReportState;
  readonly lines: readonly TlsReportPolicy[];
}

const Bounds = having<TlsReportStoreBounds>('bounds', {
  domainsMax: Count,
  policiesMax: Count,
  detailsMax: Count,
});

/** Tallies in memory, lost when the process ends: what was not reported by then never is. */
export function memoryTlsReportStore(given: TlsReportStoreBounds): TlsReportStore {
  const { domainsMax, ...bounds } = checked(Bounds, given, 'WAXSEAL_BAD_OPTIONS', 'bounds');
  const days = new Map<string, Map<string, Tally>>();

  const find = ({ day, domain }: ReportKey) => days.get(day)?.get(domain.toLowerCase());

  function put(tally: Tally): void {
    const ofDay = days.get(tally.day) ?? new Map<string, Tally>();
    days.set(tally.day, ofDay.set(tally.domain, tally));
  }

  function add({ day, domain }: ReportKey, lines: readonly TlsReportPolicy[]) {
    if (lines.length === 0) return 'added';
    const known = find({ day, domain });
    if (known === undefined && (days.get(day)?.size ?? 0) >= domainsMax) return 'full';
    if (known !== undefined && isSettled(known.state)) return 'settled';
    const { state, lines: before } = known ?? { state: { kind: 'open' } as const, lines: [] };
    put({ day, domain: domain.toLowerCase(), state, lines: boundTallies([...before, ...lines], bounds) });
    return 'added';
  }

  return {
    add: async (key, lines) => add(key, lines),
    list: async ({ after, entriesMax }) =>
      [...days.values()]
        .flatMap((ofDay) => [...ofDay.values()])
        .filter((tally) => after === null || inOrder(after, tally) < 0)
        .sort(inOrder)
        .slice(0, entriesMax)
        .map(({ day, domain, state }): ReportDue => ({ day, domain, state })),
    read: async (key) => find(key)?.lines ?? [],
    claim: async (key, { now, until }) => {
      const known = find(key);
      const { verdict } = judgeClaim(known?.state ?? null, now);
      if (verdict === 'claimed' && known !== undefined) put({ ...known, state: { kind: 'claimed', until } });
      return verdict;
    },
    settle: async (key, outcome) => {
      const known = find(key);
      if (known !== undefined) put({ ...known, state: settled(known.state, outcome) });
    },
    prune: async (before) => {
      for (const day of days.keys()) if (day < before) days.delete(day);
    },
  };
}

function inOrder(a: ReportKey, b: ReportKey): number {
  const [one, other] = a.day === b.day ? [a.domain, b.domain] : [a.day, b.day];
  return one === other ? 0 : one < other ? -1 : 1;
}
