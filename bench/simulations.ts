/* Whole deliveries in memory: the stories, from their messages to the report for every recipient. */

import { stories } from '../spec/scenarios/index.js';
import { reportsOf } from '../src/engine/recipient-report.js';
import { programs } from '../src/machine/index.js';
import { deliveriesTo } from './many-domains.js';
import { measure } from './measure.js';
import { type Prepared, play, prepare, recorded } from './stories.js';
import { type Benchmark, costLine, rateLine } from './table.js';

type Delivery = readonly Prepared[];

export const simulations: Benchmark = {
  title: 'Simulated whole deliveries',
  limits:
    'Among 3,000 domains the same functions run; a tenth of the time is garbage collection (7 % among 30), and what each attempt looks at is no longer in the caches of the processor, which shows most where a question finds its answer.',
  async run(effort) {
    const deliveries = stories.flatMap((story) => prepare(story, programs));
    const fromRecords = deliveries.map((attempts) => attempts.map((each) => recorded(each, programs)));
    const [played, read] = await measure([playing(deliveries), playing(fromRecords)], effort);
    const [few, many] = await measure(
      [30, 3000].map((domains) => oneAfterTheOther(deliveriesTo(domains, programs))),
      effort,
    );
    return [
      rateLine(`${deliveries.length} deliveries in scripted worlds`, played!, 4000),
      rateLine('the same, answers from a record', read!),
      rateLine('deliveries in a world of 30 domains', few!, 10_000),
      rateLine('deliveries in a world of 3,000 domains', many!, 10_000),
      costLine('cost, 3,000 domains to 30', many!, few!, 1.3),
    ];
  },
};

function playing(deliveries: readonly Delivery[]) {
  return {
    batch() {
      for (const attempts of deliveries) for (const attempt of attempts) deliver(attempt);
      return deliveries.length;
    },
  };
}

function oneAfterTheOther(attempts: readonly Prepared[]) {
  let at = 0;
  return {
    batch() {
      deliver(attempts[at++ % attempts.length]!);
      return 1;
    },
  };
}

function deliver(attempt: Prepared): void {
  const result = play(attempt, programs);
  for (let at = 0; at < attempt.input.recipients.length; at++) {
    if (reportsOf(result)[at]!.decisions.length === 0) throw new Error('nothing was decided');
  }
}
