/*
 * What each host of a next hop needs, read from the decisions of an attempt that connected to nobody: what was demanded of each
 * host before it would have been dialled.
 */
import type { AttemptResult } from '../attempt/types.js';
import { daneDemand } from '../dane/dane-demand.table.js';
import { hostBarrier } from '../host/plan.tables.js';
import { hostWithoutAddress } from '../host/unreachable.table.js';
import { type Decision, decide } from '../kernel/table.js';
import { operatorDemand } from '../local/operator-demand.table.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import { stsDemand } from '../mta-sts/sts-demand.table.js';
import { listsHost } from '../names/match.js';
import { type HostNeed, postfixHostNeed } from './host-need.table.js';

export interface HostWithNeed {
  readonly host: string;
  readonly need: Decision<HostNeed>;
}

/** In the order in which they were judged; behind them those that were not. */
export function hostNeeds(found: AttemptResult, notLookedAt: readonly string[]): readonly HostWithNeed[] {
  const judged = found.decisions.flatMap(({ mx }) => (mx === null ? [] : [mx]));
  return [...new Set([...judged, ...notLookedAt])].map((host) => ({ host, need: needOf(host, found) }));
}

function needOf(host: string, found: AttemptResult): Decision<HostNeed> {
  const own = found.decisions.filter(({ mx }) => mx === host);
  const known = found.policy?.known ?? ({ kind: 'none' } as const);
  return decide(postfixHostNeed, {
    target: found.destination.kind === 'literal' && found.destination.address === host ? 'literal' : 'name',
    found:
      verdictOf(own, hostBarrier) !== null
        ? 'found'
        : verdictOf(own, hostWithoutAddress) === 'no-target'
          ? 'no-address'
          : 'unknown',
    dane: verdictOf(own, daneDemand) ?? 'no-demand',
    sts: verdictOf(own, stsDemand) ?? stsVerdictOf(known, host),
    operator: demandOf(verdictOf(own, operatorDemand) ?? operatorVerdictOf(found)),
  });
}

/** Only a relay of ours has to show a certificate for its very name, and none of them is looked up here. */
function demandOf(verdict: OperatorVerdict) {
  return verdict === 'authenticate-by-pkix' ? 'authenticate' : verdict;
}

type OperatorVerdict = (typeof operatorDemand.verdicts)[number];

/** Of a host for which no plan was made. */
function stsVerdictOf(known: StsKnowledge, host: string) {
  if (known.kind !== 'policy') return 'no-demand';
  const { mode, mx } = known.policy;
  const isListed = mx.some((pattern) => listsHost(pattern, host));
  return decide(stsDemand, { policy: mode, host: isListed ? 'listed' : 'not-listed' }).verdict;
}

/** The rule is the same for all hosts of a next hop. */
function operatorVerdictOf({ decisions }: AttemptResult) {
  return verdictOf(decisions, operatorDemand) ?? 'no-demand';
}

/** What a table said; null: it was not asked. */
export function verdictOf<Verdict extends string>(
  decisions: readonly Decision[],
  table: { readonly name: string; readonly verdicts: readonly Verdict[] },
): Verdict | null {
  const said = decisions.findLast((decision) => decision.table === table.name)?.verdict;
  return table.verdicts.find((verdict) => verdict === said) ?? null;
}
