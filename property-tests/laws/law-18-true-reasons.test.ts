import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainAttempt } from '../../src/effects/explain.js';
import { programs } from '../../src/machine/programs.js';
import type { Fact } from '../../src/policy/explain/index.js';
import { decide } from '../../src/policy/kernel/table.js';
import type { Reply } from '../../src/policy/smtp/reply.js';
import { allTables } from '../../src/policy/tables.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { type Play, play } from '../arbitraries/plays.js';
import { aSchedule } from '../arbitraries/schedules.js';
import { aWorld } from '../arbitraries/worlds.js';

const tables = new Map(allTables.map((table) => [table.name, table]));

/** What was given and recorded of a host, or of the whole attempt. */
function recordOf({ input, discovery, runs }: Play, mx: string | null): string {
  const own = mx === null ? runs : runs.filter(({ host }) => host === mx);
  return JSON.stringify([input, discovery, own]).toLowerCase();
}

/** Every reply that a host gave, in any of its connections. */
function repliesOf({ runs }: Play, mx: string | null): readonly string[] {
  const replies: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('code' in value && 'lines' in value) replies.push(quoteOf(value as Reply));
    for (const part of Object.values(value)) visit(part);
  };
  visit(runs.filter(({ host }) => host === mx).map(({ exchanges }) => exchanges.map(({ answer }) => answer)));
  return replies;
}

function quoteOf({ code, lines }: Reply): string {
  return `"${`${code} ${lines.join(' ').trim()}`.trim()}"`;
}

/** The digests and addresses in a sentence. */
function valuesIn({ says }: Fact): readonly string[] {
  const digests = says.match(/\b[0-9A-F]{40,}\b/g) ?? [];
  const addresses = [...says.matchAll(/ \[([0-9a-f.:]+)\]/g)].map(([, address]) => address!);
  return [...digests, ...addresses].map((value) => value.toLowerCase());
}

describe('law 18', () => {
  it('what is shown as the reason is true of the facts that were recorded', () => {
    let values = 0;
    let replies = 0;
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        const played = play(world, input, { schedule });
        const { decisions, because, endsAt } = explainAttempt(played.journal, programs);
        expect(endsAt).toBeNull();
        for (const decision of [...decisions, ...because.flatMap((each) => each ?? [])]) {
          const { mx, facts } = decision;
          // The words are those that the row was met by.
          expect(Object.fromEntries(facts.map(({ column, word }) => [column, word]))).toEqual(decision.input);
          expect(decide(tables.get(decision.table)!, decision.input)).toMatchObject({
            row: decision.row,
            verdict: decision.verdict,
          });
          const record = recordOf(played, mx);
          const said = repliesOf(played, mx);
          for (const fact of facts) {
            for (const value of valuesIn(fact)) {
              expect(record).toContain(value);
              values++;
            }
            const isReply =
              decision.table === 'reply-meaning' && fact.column === 'reply' && fact.word !== 'lost';
            if (!isReply) continue;
            expect(said.some((reply) => fact.says.includes(reply))).toBe(true);
            replies++;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(values, replies)).toBeGreaterThan(100);
  });

  it('names for each recipient the decision that decided for it', () => {
    const named = new Set<string>();
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        const played = play(world, input, { schedule });
        const { because, result, decisions } = explainAttempt(played.journal, programs);
        result!.recipients.forEach(({ outcome, state, host, decision }, at) => {
          const deciding = because[at]!;
          named.add(deciding.row);
          const isKnown = decisions.some(({ row, mx }) => row === deciding.row && mx === deciding.mx);
          expect(isKnown).toBe(true);
          if (outcome === 'delivered') {
            expect(deciding.mx).toBe(host!.candidate.host);
            const passing =
              input.purpose === 'explain' || host!.tls !== null ? 'peer-authentication' : 'start-tls';
            expect([passing, 'start-tls']).toContain(deciding.table);
          }
          // A recipient that was refused hears its own refusal, and not its neighbour's.
          if (deciding.verdict === 'bounce' && state.reply !== null) {
            expect(deciding.mx).toBe(host!.candidate.host);
            const fact = deciding.facts.find(({ column }) => column === 'reply')!;
            expect(fact.says).toContain(quoteOf(state.reply));
          }
          // The sum of all hosts is only named where no host is to be.
          if (deciding.table === 'attempt-conclusion') expect(decision?.row).toBe(deciding.row);
        });
      }),
      { numRuns: 300 },
    );
    expect(named.size).toBeGreaterThan(15);
  });

  it('of a record that ends early it is said where, and what is told is true as far as that', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, fc.nat(), (world, input, cut) => {
        const { journal } = play(world, input);
        const entries = journal.entries.slice(0, cut % Math.max(journal.entries.length, 1));
        const whole = explainAttempt(journal, programs);
        const { decisions, endsAt } = explainAttempt({ ...journal, entries, result: null }, programs);
        if (entries.length < journal.entries.length) expect(endsAt).not.toBeNull();
        const known = new Set(whole.decisions.map(({ row, mx }) => `${row} ${mx}`));
        for (const { row, mx, facts } of decisions) {
          expect(known).toContain(`${row} ${mx}`);
          expect(facts.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
