/*
 * Every scenario, in memory and over real sockets: both end as expected, and both end alike in everything but what only a
 * network has (addresses, ciphers, the wording of replies). What was played in memory replays from its journal.
 */
import { describe, expect, it } from 'vitest';
import { parseJournal, printJournal } from '../../src/effects/codecs/journal.codec.js';
import { replay } from '../../src/effects/replay.js';
import type { RecipientReport } from '../../src/engine/recipient-report.js';
import { programs } from '../../src/machine/programs.js';
import { playScenario } from '../../src/testing/scenario/play-scenario.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { scenarioGroups } from './index.js';

/** A report without what simulation and sockets may differ in. */
function likeness(report: RecipientReport) {
  const { ip, reply, tls, reports, ...rest } = report;
  return {
    ...rest,
    isConnected: ip !== null,
    code: reply?.code ?? null,
    protocol: tls?.protocol ?? null,
    reports: reports.map(({ details, policyString, ...line }) => ({
      ...line,
      records: policyString.map((text) => text.replace(/[0-9A-F]{16,}/g, 'DIGEST')).sort(),
      details: details.map(({ receivingIp, sendingMtaIp, failureReasonCode, ...detail }) => detail),
    })),
  };
}

for (const { about, scenarios } of scenarioGroups) {
  describe.concurrent(about, () => {
    it.for(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async ([, scenario]) => {
      const simulated = simulateScenario(scenario);
      expect(simulated.steps.flatMap(({ differences }) => differences)).toEqual([]);
      const played = await playScenario(scenario);
      expect(played.steps.flatMap(({ differences }) => differences)).toEqual([]);
      expect(played.steps.map(({ results }) => results.map(likeness))).toEqual(
        simulated.steps.map(({ results }) => results.map(likeness)),
      );
      for (const { journal } of [...simulated.steps, ...played.steps]) {
        const read = parseJournal(printJournal(journal));
        expect(read.ok ? read.value : read.problems).toEqual(journal);
        for (const attempt of journal.attempts) {
          const again = replay(programs, attempt);
          expect(again.kind).toBe('same');
          expect(again.kind === 'same' && JSON.stringify(again.result)).toBe(JSON.stringify(attempt.result));
        }
      }
    });
  });
}
