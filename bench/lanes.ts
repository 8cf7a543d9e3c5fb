/* Whether a delivery costs more where many are under way: the engine with DNS kept, with so many lanes. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { engineAt, inLanes, startReceiver, WORLD } from './deliveries.js';
import { measure } from './measure.js';
import { type Benchmark, rateLine, ratioOf } from './table.js';

const LANES = [1, 4, 16, 64] as const;
/** Deliveries in a batch, of all lanes. */
const BATCH = 64;

export const lanes: Benchmark = {
  title: 'Growth with the deliveries that are under way',
  async run(effort) {
    await using receiver = await startReceiver(WORLD);
    const { deliver } = engineAt(receiver.place, 'cached');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const rates = await measure(
      LANES.map((count) => inLanes(deliver, count, BATCH / count)),
      effort,
    );
    delay.disable();
    const [one, many] = [rates[0]!, rates.at(-1)!];
    return [
      ...LANES.map((count, at) => rateLine(`${count} lane${count === 1 ? '' : 's'}`, rates[at]!)),
      ratioOf(
        'cost of each, 64 lanes to 1',
        one.perSecond / many.perSecond,
        one.perCpuSecond / many.perCpuSecond,
        1.2,
      ),
      {
        what: 'the longest stall of the event loop meanwhile',
        value: `${(delay.max / 1e6).toFixed(0)} ms; of a hundred the longest ${(delay.percentile(99) / 1e6).toFixed(0)} ms`,
      },
    ];
  },
};
