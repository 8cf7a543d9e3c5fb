import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { explainAttempt } from '../../src/effects/explain.js';
import { programs } from '../../src/machine/programs.js';
import { NO_EVIDENCE } from '../../src/policy/explain/evidence.js';
import { type Fact, factsOf } from '../../src/policy/explain/index.js';
import { classOf, replyOf } from '../../src/policy/smtp/reply.js';
import { attemptTables } from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';

/** Sentences that were made of something else than words. */
const BROKEN = /undefined|\bnull\b(?! reverse-path)|NaN|\[object|\s\s|\( |: ?\.|^[.,;:]|,\.|\.\.$/;

/** Of a host run, what is told of any. */
const TOLD = { input: { candidate: { host: 'mx.a.example' } }, addresses: ['192.0.2.1'], address: 0 };

const whole = new Set<string>();

function expectWhole({ says }: Fact): void {
  if (whole.has(says)) return;
  expect(says).toMatch(/^\S.*\S[.!?]$/u);
  // What others said is theirs.
  expect(says.replace(/"[^"]*"/g, '"…"')).not.toMatch(BROKEN);
  whole.add(says);
}

describe('facts', () => {
  it.each(attemptTables)('of the table $name: a sentence for each column of every cell', (table) => {
    for (const cell of table.cells) {
      const facts = factsOf(cell!);
      expect(facts.map(({ column, word }) => [column, word])).toEqual(Object.entries(cell!.input));
      for (const fact of facts) expectWhole(fact);
    }
  });

  it('of all scenarios: for each decision and for what decided for each recipient', () => {
    let read = 0;
    for (const { scenarios } of scenarioGroups) {
      for (const scenario of scenarios) {
        for (const journal of simulateScenario(scenario).steps.flatMap((step) => step.journal.attempts)) {
          const { decisions, because, result, endsAt } = explainAttempt(journal, programs);
          expect(endsAt).toBeNull();
          expect(result).toEqual(journal.result);
          expect(decisions.map(({ facts: _, ...decision }) => decision)).toEqual(result?.decisions);
          expect(because.map((each) => each?.row)).toEqual(
            result?.recipients.map((each) => each.because?.row),
          );
          for (const { facts, input } of [...decisions, ...because.flatMap((each) => each ?? [])]) {
            expect(facts.map(({ column }) => column)).toEqual(Object.keys(input));
            for (const fact of facts) expectWhole(fact);
            read += facts.length;
          }
        }
      }
    }
    expect(read).toBeGreaterThan(10_000);
  });

  it('name whom a certificate is for and who issued it, and the id of a policy that was just fetched', () => {
    const said = (name: string) => {
      const scenario = scenarioGroups.flatMap(({ scenarios }) => scenarios).find((one) => one.name === name)!;
      const [journal] = simulateScenario(scenario).steps[0]!.journal.attempts;
      const { because, decisions } = explainAttempt(journal!, programs);
      return [...because.flatMap((each) => each ?? []), ...decisions]
        .flatMap(({ facts }) => facts.map(({ says }) => says))
        .join(' ');
    };
    const named = said('a common name alone is not enough');
    expect(named).toContain(
      'for no DNS name (its common name is "mx.a.example"), issued by "Public CA", valid from',
    );
    expect(named).toMatch(/it was fetched just now, at \S+Z, under the id 1[.;]/);
    expect(said('a self-signed certificate')).toContain('issued by itself, valid from');
  });

  it.each([
    ['lines of two classes', [250, 550], '"250 yes, 550 no", in lines that contradict each other'],
    ['lines of one class', [550, 551], '"550 yes, 551 no"'],
    ['a 250', [250], '"250 yes", which is no answer to it'],
    ['a 399', [399], '"399 yes", which is no answer to it'],
    ['a 451', [451], '"451 yes"'],
  ])('say why a reply is no agreement to DATA: %s', (_, codes, told) => {
    const data = replyOf(codes, ['yes', 'no'].slice(0, codes.length));
    const reply = classOf(data) === '2yz' || classOf(data) === '3yz' ? '4yz' : classOf(data);
    const host = { ...TOLD, transaction: { mail: null, recipients: [], data, end: null, lost: null } };
    const [, said] = factsOf(
      { table: 'reply-meaning', input: { stage: 'data', reply, leniency: 'no' } },
      { ...NO_EVIDENCE, host: host as never },
    );
    expect(said?.says).toBe(`mx.a.example [192.0.2.1] answered DATA with ${told}.`);
  });

  it('name the mechanism that is meant, of those that were looked at', () => {
    const scenario = scenarioGroups
      .flatMap(({ scenarios }) => scenarios)
      .find(({ name }) => name === 'auth: never in clear')!;
    const [journal] = simulateScenario(scenario).steps[0]!.journal.attempts;
    const looked = explainAttempt(journal!, programs).decisions.filter(
      ({ table }) => table === 'auth-mechanism',
    );
    expect(
      looked.map(({ row, facts }) => [row, /and (\S+) is (?:not )?among/.exec(facts[0]!.says)?.[1]]),
    ).toEqual([
      ['AMECH-2', 'SCRAM-SHA-256-PLUS'],
      ['AMECH-2', 'SCRAM-SHA-256'],
      ['AMECH-1', 'SCRAM-SHA-1-PLUS'],
      ['AMECH-1', 'SCRAM-SHA-1'],
      ['AMECH-2', 'PLAIN'],
    ]);
  });
});
