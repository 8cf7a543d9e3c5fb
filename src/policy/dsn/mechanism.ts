/* Which mechanism stands behind a decision that stopped a message, by its name. */
import type { PlacedDecision } from '../attempt/types.js';
import type { Decision } from '../kernel/table.js';

export const MECHANISMS = ['REQUIRETLS', 'MTA-STS', 'DANE', 'a rule of this mail system'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** What demanded something in the tables of that name, by the verdict that demands nothing. */
const DEMANDS = [
  ['REQUIRETLS', 'requiretls-demand', ['no-demand']],
  ['MTA-STS', 'sts-demand', ['no-demand', 'observe']],
  ['DANE', 'dane-demand', ['no-demand']],
  ['a rule of this mail system', 'operator-demand', ['no-demand']],
] as const;

/** In the order of {@link MECHANISMS}; none where no policy stopped it. `decisions`: all of the attempt. Total; never throws. */
export function mechanismsOf(
  because: PlacedDecision,
  decisions: readonly PlacedDecision[],
): readonly Mechanism[] {
  const here = decisions.filter(({ mx }) => mx === because.mx);
  const found = new Set(stoppedBy(because, here));
  return MECHANISMS.filter((each) => found.has(each));
}

function stoppedBy(because: Decision, here: readonly Decision[]): readonly Mechanism[] {
  const { table, input, verdict } = because;
  switch (table) {
    case 'requiretls-keyword':
      return ['REQUIRETLS'];
    case 'policy-cache':
      return ['MTA-STS'];
    case 'attempt-conclusion':
      return /^bounce 5\.7\.[13]0$/.test(verdict) ? ['REQUIRETLS'] : [];
    case 'host-barrier':
      return [
        ...(input.message === 'open' ? [] : (['REQUIRETLS'] as const)),
        ...(input.sts === 'open' ? [] : (['MTA-STS'] as const)),
        ...(input.dane === 'open' ? [] : (['DANE'] as const)),
        ...(input.operator === 'open' ? [] : (['a rule of this mail system'] as const)),
      ];
    case 'peer-authentication':
      return [
        ...(input.dane === 'failed' ? daneAsker(here) : []),
        ...(input.pkix === 'failed' ? pkixAskers(here) : []),
        ...(input.dane === 'does-not-suffice' ? (['a rule of this mail system'] as const) : []),
      ];
    case 'start-tls':
    case 'tls-outcome':
      return DEMANDS.flatMap(([mechanism, demand, nothing]) => {
        const asked = here.findLast((each) => each.table === demand);
        return asked === undefined || (nothing as readonly string[]).includes(asked.verdict)
          ? []
          : [mechanism];
      });
    default:
      return [];
  }
}

function daneAsker(here: readonly Decision[]): readonly Mechanism[] {
  const matching = here.findLast(({ table }) => table === 'dane-matching');
  return matching?.input.operator === 'authenticate-by-dane' && matching.input.dane !== 'authenticate'
    ? ['a rule of this mail system']
    : ['DANE'];
}

function pkixAskers(here: readonly Decision[]): readonly Mechanism[] {
  const demand = here.findLast(({ table }) => table === 'pkix-demand');
  if (demand === undefined) return [];
  return [
    ...(demand.input.message === 'other' ? [] : (['REQUIRETLS'] as const)),
    ...(demand.input.sts === 'authenticate' ? (['MTA-STS'] as const) : []),
    ...(demand.input.operator === 'other' ? [] : (['a rule of this mail system'] as const)),
  ];
}
