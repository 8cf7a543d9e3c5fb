/* Laws that compare an attempt with another one, in the same world but for one thing. Each is played once more for that. */
import type { World } from '../../../adapters/scripted/index.js';
import { type Attempted, type AttemptTask, type PolicyMemory, playAttempt } from '../play-attempt.js';
import type { Breach } from './check-attempt.js';
import { servedPolicy } from './naive-world.js';

export interface TwinSight {
  readonly domain: string;
  readonly task: AttemptTask;
  readonly attempted: Attempted;
  /** What was kept of the domain's policy before the attempt. */
  readonly before: PolicyMemory;
}

const outcomesOf = ({ result }: Attempted) =>
  result.recipients.map(({ outcome, status }) => `${outcome} ${status}`).join(', ');
const isDelivered = ({ result }: Attempted, at: number) => result.recipients[at]?.outcome === 'delivered';

function again({ task, before }: TwinSight, change: Partial<AttemptTask>): Attempted {
  return playAttempt({ ...task, policies: new Map(before), ...change });
}

/** Law 5: `TLS-Required: No` never makes a message fail, REQUIRETLS never makes one pass. */
export function flagsOf(sight: TwinSight): readonly Breach[] {
  const { task, attempted } = sight;
  const { message, recipients } = task.input;
  const plain = again(sight, {
    input: { ...task.input, message: { ...message, requireTls: 'no', tlsRequired: 'absent' } },
  });
  const isOptional = message.requireTls === 'no';
  return recipients.flatMap((recipient, at) => {
    const [more, less] = isOptional ? [attempted, plain] : [plain, attempted];
    if (!isDelivered(less, at) || isDelivered(more, at)) return [];
    const flag = isOptional ? 'TLS-Required: No made it fail' : 'REQUIRETLS made it pass';
    return [{ law: 5, what: `${recipient}: ${flag}` }];
  });
}

/** Law 10: which of several answers comes first changes nothing. */
export function orderOf(sight: TwinSight): readonly Breach[] {
  const other = again(sight, { choose: (open) => open.at(-1)! });
  const [one, two] = [outcomesOf(sight.attempted), outcomesOf(other)];
  return one === two
    ? []
    : [{ law: 10, what: `in one order of answers it ends as ${one}, in another as ${two}` }];
}

/** Law 11: a policy under test changes no delivery. */
export function testingOf(sight: TwinSight): readonly Breach[] {
  const { domain, task, attempted, before } = sight;
  const kept = before.get(domain)?.cached ?? null;
  const isTesting =
    servedPolicy(task.world, domain)?.mode === 'testing' && (kept === null || kept.policy.mode === 'testing');
  if (!isTesting || task.store === 'unreadable') return [];
  const { [`TXT _mta-sts.${domain}`]: announced, ...dns } = task.world.dns;
  // Where the record cannot be looked up, mail waits for whatever policy there may be, and that is no matter of its mode.
  if (!Array.isArray(announced)) return [];
  const without: World = { ...task.world, dns };
  const other = playAttempt({ ...task, world: without, policies: new Map() });
  const told = (each: Attempted) =>
    `${outcomesOf(each)} by ${each.sendings.map(({ id, tls }) => `${id} ${tls}`).join(', ')}`;
  return told(attempted) === told(other)
    ? []
    : [
        {
          law: 11,
          what: `with a policy under test it ends as ${told(attempted)}, without one as ${told(other)}`,
        },
      ];
}
