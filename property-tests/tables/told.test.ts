/*
 * What is told of every fact of every story, in told.txt for people to read: a sentence changes only where somebody has read
 * the new one. `npx vitest run property-tests/tables/told.test.ts -u` writes it.
 */
import { expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { explainAttempt } from '../../src/effects/explain.js';
import { programs } from '../../src/machine/programs.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';

/** So many ways to say one word are enough, of those that differ in more than their values. */
const SHOWN_MAX = 6;

/** Keys and certificates are new for every test process. */
const withoutDigests = (text: string) => text.replace(/\b[0-9A-F]{16,}\b/g, '#');
const formOf = (text: string) =>
  text
    .replace(/"[^"]*"/g, '""')
    .replace(/[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)*\.(?:example|test)\b/g, 'NAME')
    .replace(/\[[0-9a-f.:]+\]/g, 'ADDRESS')
    .replace(/(?:\b[A-Z0-9][A-Z0-9-]{2,}\b(?:, | and )?)+/g, 'WORDS')
    .replace(/\d+/g, '0');

it('is what it says in told.txt', async () => {
  const told = new Map<string, Map<string, string>>();
  for (const scenario of scenarioGroups.flatMap(({ scenarios }) => scenarios))
    for (const journal of simulateScenario(scenario).steps.flatMap((step) => step.journal.attempts)) {
      const { decisions, because } = explainAttempt(journal, programs);
      for (const { table, facts } of [...decisions, ...because.flatMap((each) => each ?? [])])
        for (const { column, word, owner, says } of facts) {
          const key = `${table}  ${column}: ${word}  (${owner})`;
          const forms = told.get(key) ?? new Map<string, string>();
          const sentence = withoutDigests(says);
          if (forms.size < SHOWN_MAX && !forms.has(formOf(sentence))) forms.set(formOf(sentence), sentence);
          told.set(key, forms);
        }
    }
  const text = [...told]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, forms]) => `${key}\n${[...forms.values()].map((says) => `    ${says}\n`).join('')}`)
    .join('\n');
  await expect(text).toMatchFileSnapshot('told.txt');
});

it('tells once what was decided of an attempt as a whole', () => {
  const twice = scenarioGroups
    .flatMap(({ scenarios }) => scenarios)
    .flatMap((scenario) => simulateScenario(scenario).steps.flatMap((step) => step.journal.attempts))
    .flatMap(({ result }) => {
      const rows = result!.decisions
        .filter(({ mx }) => mx === null)
        .map(({ row, input }) => `${row} ${JSON.stringify(input)}`);
      return rows.filter((row, at) => rows.indexOf(row) !== at);
    });
  expect(twice).toEqual([]);
});

it('says of what servers offer no more and no less than they have said', () => {
  const wrong = scenarioGroups
    .flatMap(({ scenarios }) => scenarios)
    .flatMap((scenario) => simulateScenario(scenario).steps.flatMap((step) => step.journal.attempts))
    .flatMap((journal) => {
      const hasHeardNothing = journal.entries.some(
        (entry) =>
          entry.kind === 'answer' &&
          entry.event.type === 'smtp.hello.answered' &&
          entry.event.answer.kind === 'replied' &&
          entry.event.answer.reply.lines.length === 1,
      );
      return explainAttempt(journal, programs)
        .decisions.flatMap(({ facts }) => facts)
        .filter(({ word, says }) =>
          word === 'offered'
            ? says.includes('does not offer')
            : says.includes('it offers nothing') && !hasHeardNothing,
        );
    });
  expect(wrong).toEqual([]);
});
