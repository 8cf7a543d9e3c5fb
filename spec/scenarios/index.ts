/* All scenarios, by what they are about. Names are unique over all groups. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import { bounds } from './bounds.js';
import { circumstances } from './circumstances.js';
import { combinations } from './combinations.js';
import { dane } from './dane.js';
import { delivery } from './delivery.js';
import { everyReply } from './every-reply.js';
import { mtaSts } from './mta-sts.js';
import { notices } from './notices.js';
import { operator } from './operator.js';
import { opportunistic } from './opportunistic.js';
import { racing } from './racing.js';
import { reasons } from './reasons.js';
import { relays } from './relay.js';
import { reports } from './reports.js';
import { requiretls } from './requiretls.js';
import { stories } from './stories.js';

import { transports } from './transports.js';

export {
  bounds,
  circumstances,
  combinations,
  dane,
  delivery,
  everyReply,
  mtaSts,
  notices,
  operator,
  opportunistic,
  racing,
  reasons,
  relays,
  reports,
  requiretls,
  stories,
  transports,
};

export interface ScenarioGroup {
  readonly about: string;
  /** Where they are written, from the root of the project. */
  readonly path: string;
  readonly scenarios: readonly Scenario[];
}

/** The groups in reading order. */
export const scenarioGroups: readonly ScenarioGroup[] = [
  { about: 'stories', path: 'spec/scenarios/stories.ts', scenarios: stories },
  { about: 'opportunistic TLS', path: 'spec/scenarios/opportunistic.ts', scenarios: opportunistic },
  { about: 'DANE', path: 'spec/scenarios/dane.ts', scenarios: dane },
  { about: 'MTA-STS', path: 'spec/scenarios/mta-sts.ts', scenarios: mtaSts },
  { about: 'REQUIRETLS and TLS-Required', path: 'spec/scenarios/requiretls.ts', scenarios: requiretls },
  { about: 'operator', path: 'spec/scenarios/operator.ts', scenarios: operator },
  { about: 'relays', path: 'spec/scenarios/relay.ts', scenarios: relays },
  { about: 'transports', path: 'spec/scenarios/transports.ts', scenarios: transports },
  { about: 'delivery', path: 'spec/scenarios/delivery.ts', scenarios: delivery },
  { about: 'every reply at every stage', path: 'spec/scenarios/every-reply.ts', scenarios: everyReply },
  { about: 'notices', path: 'spec/scenarios/notices.ts', scenarios: notices },
  { about: 'racing addresses', path: 'spec/scenarios/racing.ts', scenarios: racing },
  { about: 'bounds', path: 'spec/scenarios/bounds.ts', scenarios: bounds },
  { about: 'reports', path: 'spec/scenarios/reports.ts', scenarios: reports },
  { about: 'rows that no other story comes to', path: 'spec/scenarios/reasons.ts', scenarios: reasons },
  { about: 'who sends', path: 'spec/scenarios/circumstances.ts', scenarios: circumstances },
  { about: 'DANE and MTA-STS combined', path: 'spec/scenarios/combinations.ts', scenarios: combinations },
];
