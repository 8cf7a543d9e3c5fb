/*
 * A machine as a document: a Mermaid diagram and a state-by-event matrix, read from the machine itself, so that neither
 * can say anything else than what runs.
 */
import type { AnyStateMachine, StateNode } from 'xstate';

/** A transition. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The event, or "" for a transition that needs none. */
  readonly event: string;
  readonly guard: string | null;
}

/** A machine as a Markdown section. Deterministic. */
export function renderMachine(machine: AnyStateMachine): string {
  const states = Object.values(machine.root.states) as StateNode[];
  const edges = edgesOf(machine);
  return [
    `## ${machine.id}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${String(machine.config.initial)}`,
    ...edges.map(({ from, to, event, guard }) => `  ${from} --> ${to}${labelOf(event, guard)}`),
    ...states.filter(({ type }) => type === 'final').map(({ key }) => `  ${key} --> [*]`),
    '```',
    '',
    ...renderStates(states),
    '',
    ...renderMatrix(states, edges),
    '',
    ...renderEdges(states, edges),
    '',
  ].join('\n');
}

function renderStates(states: readonly StateNode[]): readonly string[] {
  const refsOf = (state: StateNode) =>
    ((state.meta as { refs?: readonly string[] } | undefined)?.refs ?? []).join(', ');
  return [
    '| state | what it is for | refs |',
    '|---|---|---|',
    ...states.map((state) => `| ${state.key} | ${state.description ?? ''} | ${refsOf(state)} |`),
  ];
}

/** Rows: states that wait; columns: events. An empty cell: the event is illegal there, and a fault. */
function renderMatrix(states: readonly StateNode[], edges: readonly Edge[]): readonly string[] {
  const events = [...new Set(edges.map(({ event }) => event).filter((event) => event !== ''))];
  const waiting = states.filter(({ key }) => edges.some((edge) => edge.from === key && edge.event !== ''));
  const cell = (state: StateNode, event: string) =>
    edges
      .filter((edge) => edge.from === state.key && edge.event === event)
      .map(({ to }) => to)
      .join(', ');
  return [
    `| state | ${events.map((event) => event.replace('.answered', '')).join(' | ')} |`,
    `|---|${events.map(() => '---|').join('')}`,
    ...waiting.map((state) => `| ${state.key} | ${events.map((event) => cell(state, event)).join(' | ')} |`),
  ];
}

/** Each of them, with the number of states; the test that takes them all is named in the document. */
function renderEdges(states: readonly StateNode[], edges: readonly Edge[]): readonly string[] {
  return [
    `${states.length} states, ${edges.length} transitions:`,
    '',
    '| from | on | if | to |',
    '|---|---|---|---|',
    ...edges.map(
      ({ from, event, guard, to }) =>
        `| ${from} | ${event.replace('.answered', '')} | ${guard ?? ''} | ${to} |`,
    ),
  ];
}

/** The transitions of a machine; of those of one state and event the first whose guard passes is taken. */
export function edgesOf(machine: AnyStateMachine): readonly Edge[] {
  return (Object.values(machine.root.states) as StateNode[]).flatMap(edgesFrom);
}

function edgesFrom(state: StateNode): readonly Edge[] {
  const named = [...state.transitions].flatMap(([event, transitions]) =>
    transitions.map((transition) => ({ event, transition })),
  );
  const always = (state.always ?? []).map((transition) => ({ event: '', transition }));
  return [...named, ...always].flatMap(({ event, transition }) =>
    (transition.target ?? []).map((target) => ({
      from: state.key,
      to: target.key,
      event,
      guard: typeof transition.guard === 'string' ? transition.guard : null,
    })),
  );
}

function labelOf(event: string, guard: string | null): string {
  const parts = [event.replace('.answered', ''), guard === null ? '' : `[${guard}]`].filter(
    (part) => part !== '',
  );
  return parts.length === 0 ? '' : `: ${parts.join(' ')}`;
}
