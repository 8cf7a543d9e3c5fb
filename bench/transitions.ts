/*
 * The host machine along recorded runs, through our seam and through XState's own pure functions: the same machine and
 * the same events.
 */
import { initialTransition, transition } from 'xstate';
import { stories } from '../spec/scenarios/index.js';
import type { Programs } from '../src/effects/index.js';
import { hostMachine, programs } from '../src/machine/index.js';
import { measure } from './measure.js';
import { play, prepare } from './stories.js';
import { type Benchmark, rateLine, ratioLine } from './table.js';

type HostProgram = Programs['host'];
type HostInput = Parameters<HostProgram['start']>[0];
type HostEvent = Parameters<HostProgram['step']>[1];

interface Run {
  readonly input: HostInput;
  readonly events: HostEvent[];
}

export const transitions: Benchmark = {
  title: "Machine transitions: our seam beside XState's own",
  async run(effort) {
    const runs = hostRuns();
    const total = runs.reduce((sum, { events }) => sum + 1 + events.length, 0);
    const ours = () => {
      for (const run of runs) walkProgram(run);
      return total;
    };
    const theirs = () => {
      for (const run of runs) walkXState(run);
      return total;
    };
    const [own, plain] = await measure([{ batch: ours }, { batch: theirs }], effort);
    return [
      rateLine(`program.step, ${runs.length} runs`, own!),
      rateLine("XState's transition", plain!),
      ratioLine('ours to theirs', own!, plain!, 5),
    ];
  },
};

function walkProgram({ input, events }: Run): void {
  let step = programs.host.start(input);
  for (const event of events) {
    if (step.kind !== 'waiting') throw new Error(`the run ended early: ${step.kind}`);
    step = programs.host.step(step.state, event);
  }
  if (step.kind !== 'finished') throw new Error(`the run did not end: ${step.kind}`);
}

function walkXState({ input, events }: Run): void {
  let [state] = initialTransition(hostMachine, input);
  for (const event of events) [state] = transition(hostMachine, state, event);
  if (state.status !== 'done') throw new Error(`the run did not end: ${state.status}`);
}

/** Every host run of the stories, as the simulation had it. */
function hostRuns(): readonly Run[] {
  const runs: Run[] = [];
  const { host } = programs;
  const recording: HostProgram = {
    start(input) {
      runs.push({ input, events: [] });
      return host.start(input);
    },
    step(state, event) {
      runs.at(-1)!.events.push(event);
      return host.step(state, event);
    },
  };
  for (const story of stories) {
    for (const attempt of prepare(story, programs).flat()) play(attempt, { ...programs, host: recording });
  }
  return runs;
}
