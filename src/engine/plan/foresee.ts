/*
 * Which hosts an attempt would turn to, and how: the attempt is played to its end in a world in which nobody can be connected
 * to. What is looked up is looked up in earnest; nothing is dialled.
 */
import type { AttemptJournal } from '../../effects/journal.js';
import type { SmtpSession } from '../../effects/ports.js';
import { replay } from '../../effects/replay.js';
import { programs } from '../../machine/programs.js';
import type { PlacedDecision } from '../../policy/attempt/types.js';
import type { HostEvidence } from '../../policy/explain/evidence.js';
import type { HostPlan } from '../../policy/host/plan.js';
import { portOf } from '../../policy/mx/candidate.js';
import { inOrder } from '../recipient-report.js';

/** A host as it stands before anybody has connected to it. */
export interface ForeseenHost {
  readonly host: string;
  readonly port: number;
  /** Vetted, in the order to dial; empty where nobody may connect. */
  readonly addresses: readonly string[];
  /** Null: the host was left before there was one. */
  readonly plan: HostPlan | null;
  readonly decisions: readonly PlacedDecision[];
}

const NOBODY = { kind: 'failed', cause: 'other' } as const;
const NEVER = () => Promise.reject(new Error('there is no connection'));

/** A connection that is never made. */
export function unreachableSession(): SmtpSession {
  return {
    connect: async () => NOBODY,
    greeting: NEVER,
    auth: NEVER,
    hello: NEVER,
    startTls: NEVER,
    handshake: NEVER,
    inspect: NEVER,
    send: NEVER,
    quit: async () => ({ kind: 'closed' }),
    destroy: () => undefined,
  };
}

/** Reads the record of an attempt that reached nobody. Pure. */
export function foreseenIn(journal: AttemptJournal): readonly ForeseenHost[] {
  return evidenceIn(journal).map(({ input, plan, addresses, decisions }) => {
    const { host } = input.candidate;
    return {
      host,
      port: portOf(input.candidate, input.settings.port),
      addresses: plan?.barrier.verdict === 'connect' ? addresses : [],
      plan,
      decisions: decisions
        .filter(({ table }) => table !== 'connection-outcome')
        .map((decision) => inOrder({ ...decision, mx: host })),
    };
  });
}

/** What was known of each host, in order, at the end of what is recorded; pure. */
export function evidenceIn(journal: AttemptJournal): readonly HostEvidence[] {
  const runs: HostEvidence[] = [];
  replay(programs, journal, {
    attempt: () => undefined,
    host: (before, after) => {
      if (before !== null) runs.pop();
      runs.push(after);
    },
  });
  return runs;
}
