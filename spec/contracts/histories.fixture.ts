import fc from 'fast-check';
import type { Stores } from '../../src/effects/stores.js';
import { type Bounds, NOW, type StartStores, type StoresSubject } from './stores.fixture.js';

/** What a history is told to: the nodes that are up. */
export interface Nodes {
  readonly subject: StoresSubject;
  readonly open: Stores[];
}

/** Something that happens, to the model and to the stores. `Model.now` is what the clocks say. */
export type Happening<Model extends { now: number }> = fc.AsyncCommand<Model, Nodes>;

/** What happens to the model and the stores alike, called as it is to be shown. */
export function happening<Model extends { now: number }>(
  name: string,
  run: (model: Model, node: Stores) => Promise<void>,
): Happening<Model> {
  let turn = 0;
  return {
    check: () => true,
    // Nodes take turns, so that what one has written another reads.
    run: (model, { open }) => run(model, open[turn++ % open.length]!),
    toString: () => name,
  };
}

const HOUR_MS = 3_600_000;

/** Time that passes, clocks that jump either way, and crashes after which a new node begins. */
export function timeAndCrashes<Model extends { now: number }>(): fc.Arbitrary<Happening<Model>>[] {
  const jumps = [
    1,
    60_000,
    400_000,
    5 * HOUR_MS,
    24 * HOUR_MS,
    8 * 24 * HOUR_MS,
    -1,
    -60_000,
    -400_000,
    -26 * HOUR_MS,
  ];
  return [
    fc.constantFrom(...jumps).map((ms) =>
      happening<Model>(`clock ${ms}`, async (model) => {
        model.now = Math.max(NOW / 2, model.now + ms);
      }),
    ),
    fc.constant({
      check: () => true,
      run: async (_: Model, nodes: Nodes) => {
        nodes.open.splice(0, nodes.open.length > 1 ? 1 : 0);
        nodes.open.push(nodes.subject.another());
      },
      toString: () => 'crash',
    }),
  ];
}

/** Plays histories on a model and on stores, which must never differ. */
export async function playHistories<Model extends { now: number }>(
  start: StartStores,
  bounds: Bounds,
  model: () => Model,
  happenings: fc.Arbitrary<Happening<Model>>[],
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(happenings, { maxCommands: 40, size: 'max' }), async (commands) => {
      const subject = await start(bounds);
      try {
        const setup = () => ({ model: model(), real: { subject, open: [subject.stores] } });
        await fc.asyncModelRun(setup, commands);
      } finally {
        await subject.close();
      }
    }),
    { numRuns },
  );
}
