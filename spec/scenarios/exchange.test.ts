/* Which command a reply belongs to, or a silence: of every story, and by name of those that tell each kind of end. */
import { describe, expect, it } from 'vitest';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { scenarioGroups } from './index.js';

const scenarios = scenarioGroups.flatMap((group) => group.scenarios);

function reportsOf(name: string) {
  const scenario = scenarios.find((each) => each.name === name);
  return simulateScenario(scenario!).steps.flatMap(({ results }) => results);
}

describe('the exchange that decided (RFC 3464, Section 2.3.6)', () => {
  it.each([
    ['all hosts are down', null, 'refused', null],
    ['the only host closes instead of a greeting', 'greeting', 'closed', null],
    [
      'the only host greets with 554: that is said of the host, not of the message',
      'greeting',
      'replied',
      554,
    ],
    ['550 at MAIL is final for the message', 'MAIL', 'replied', 550],
    ['451 at RCPT by the only host: waits with the words of the host', 'RCPT', 'replied', 451],
    ['the only host closes instead of an answer to RCPT', 'RCPT', 'closed', null],
    ['the connection breaks after the message, and there is no other host', '.', 'closed', null],
    ['554 after the message is final', '.', 'replied', 554],
    ['STARTTLS refused for now', 'STARTTLS', 'replied', 454],
    ['usable TLSA, handshake broken: never in clear', null, 'protocol', null],
    ['no MX record: the domain itself', '.', 'replied', 250],
  ])('%s: %s %s %s', (name, command, cause, code) => {
    const [report] = reportsOf(name);
    expect([report!.command, report!.cause, report!.reply?.code ?? null]).toEqual([command, cause, code]);
  });

  it('is one of which the reply is told, or of which none came', () => {
    for (const scenario of scenarios) {
      for (const [at, { results }] of simulateScenario(scenario).steps.entries()) {
        const isMail = (scenario.steps[at]!.purpose ?? 'deliver') === 'deliver';
        for (const report of results) {
          expect(report.reply !== null, scenario.name).toBe(report.cause === 'replied');
          if (report.outcome !== 'delivered') continue;
          const end = isMail ? { command: '.', cause: 'replied' } : { command: null, cause: null };
          expect(report, scenario.name).toMatchObject(end);
        }
      }
    }
  });
});
