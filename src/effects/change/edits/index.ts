import type { AttemptInput } from '../../../policy/attempt/types.js';
import { judgeNextHop } from '../../../policy/local/destination.js';
import { domainOf, type Edit, editOfAnswers, editOfInput, GO_ON, type Supposed } from '../edit.js';
import { wellKept } from '../well-kept.js';
import { certificateEdits } from './certificate.js';
import { lookupEdits, resolverEdits } from './lookups.js';
import { ownEdits, stoppingEdits } from './message.js';
import { policyEdits } from './policy.js';
import { sessionEdits } from './session.js';

/** What is to become of the message: it is to go through, or to be stopped. */
export type Aim = 'through' | 'stopped';

/** Everything that one would think of changing in that run, for that recipient, each once. */
export function editsOf(run: Supposed, recipient: string, aim: Aim): readonly Edit[] {
  if (aim === 'stopped') return stoppingEdits(run);
  const edits = [
    ...run.asked.flatMap((asked) => [
      ...lookupEdits(asked, run),
      ...sessionEdits(asked, run, recipient),
      ...certificateEdits(asked, run),
    ]),
    ...resolverEdits(run),
    ...policyEdits(run),
    ...timeEdits(run),
    ...ownEdits(run),
  ];
  const once = [...new Map(edits.map((edit) => [edit.key, edit])).values()];
  return goesToRelay(run.input) ? once.map(asOperatorsAffair) : once;
}

/** Whether the operator named the host. */
function goesToRelay({ destination, settings, startedAt, transport }: AttemptInput): boolean {
  return judgeNextHop(destination, settings.destinations, startedAt, transport).relay !== null;
}

/** What the recipient's side would do for its own host is for whoever chose the relay to bring about. */
function asOperatorsAffair(edit: Edit): Edit {
  return edit.by === 'recipient' ? { ...edit, by: 'operator' } : edit;
}

/** An attempt that was stopped, or ran out of its time, may be given more. */
function timeEdits(run: Supposed): readonly Edit[] {
  const stopped = run.asked.filter(({ answer }) => answer === null);
  if (stopped.length === 0) return [];
  const said = {
    ...GO_ON,
    assumes: ['What was not waited for would have been answered well.'],
  } as const;
  const answers = stopped.map(({ key, ask, host }) => {
    const names = [host, domainOf(run.input)].flatMap((name) => name ?? []);
    const phase = key.endsWith(' tls') ? ('tls' as const) : ('clear' as const);
    return [key, () => wellKept(ask, { host, phase, now: run.input.startedAt, names, mxHosts: [] })] as const;
  });
  const { input } = editOfInput(said, ({ deadlineAt: _, ...rest }) => rest);
  return [{ ...editOfAnswers(said, Object.fromEntries(answers)), input }];
}
