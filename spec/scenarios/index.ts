/* All scenarios, by what they are about. Names are unique over all groups. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import { bounds } from './bounds.js';
import { combinations } from './combinations.js';
import { dane } from './dane.js';
import { delivery } from './delivery.js';
import { mtaSts } from './mta-sts.js';
import { operator } from './operator.js';
import { opportunistic } from './opportunistic.js';
import { racing } from './racing.js';
import { relays } from './relay.js';
import { reports } from './reports.js';
import { requiretls } from './requiretls.js';
import { stories } from './stories.js';

export {
  bounds,
  combinations,
  dane,
  delivery,
  mtaSts,
  operator,
  opportunistic,
  racing,
  relays,
  reports,
  requiretls,
  stories,
};

export interface ScenarioGroup {
  readonly about: string;
  readonly scenarios: readonly Scenario[];
}

/** The groups in reading order. */
export const scenarioGroups: readonly ScenarioGroup[] = [
  { about: 'stories', scenarios: stories },
  { about: 'opportunistic TLS', scenarios: opportunistic },
  { about: 'DANE', scenarios: dane },
  { about: 'MTA-STS', scenarios: mtaSts },
  { about: 'REQUIRETLS and TLS-Required', scenarios: requiretls },
  { about: 'operator', scenarios: operator },
  { about: 'relays', scenarios: relays },
  { about: 'delivery', scenarios: delivery },
  { about: 'racing addresses', scenarios: racing },
  { about: 'bounds', scenarios: bounds },
  { about: 'reports', scenarios: reports },
  { about: 'DANE and MTA-STS combined', scenarios: combinations },
];
