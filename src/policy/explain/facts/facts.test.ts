import { describe, expect, it } from 'vitest';
import { attemptTables } from '../../tables.js';
import { attempt, host, known } from '../evidence.fixture.js';
import { type FactKind, OWNERS } from '../fact.js';
import { factsOf } from '../facts-of.js';

/** The closed list that programs go by. */
const KINDS: Readonly<Record<FactKind, true>> = {
  ...{ message: true, setting: true, rule: true, destination: true, mx: true, policy: true, addresses: true },
  ...{
    alias: true,
    tlsa: true,
    demand: true,
    connection: true,
    reply: true,
    starttls: true,
    handshake: true,
  },
  ...{ certificate: true, keywords: true, attempt: true, hosts: true, report: true },
};

/** Sentences that were made of something else than words. */
const BROKEN = /undefined|\bnull\b(?! reverse-path)|NaN|\[object|\s\s|\( |: ?\.|^[.,;:]|,\.|\.\.$/;

describe('facts of the table', () => {
  it.each(attemptTables)('$name are whole, whatever is known when they are told', (table) => {
    const moments = [
      known({}),
      known({ attempt: attempt() }),
      known({ host: host() }),
      known({ attempt: attempt(), host: host(), recipient: 7 }),
    ];
    for (const [column, words] of Object.entries(table.inputs))
      for (const word of words)
        for (const moment of moments) {
          const [fact, ...others] = factsOf({ table: table.name, input: { [column]: word } }, moment);
          expect([fact?.column, fact?.word, others]).toEqual([column, word, []]);
          const { kind, owner, says } = fact!;
          expect(Object.hasOwn(KINDS, kind), kind).toBe(true);
          expect(Object.hasOwn(OWNERS, owner), owner).toBe(true);
          expect(says).toMatch(/^\S.*\S[.!?]$/u);
          expect(says.replace(/"[^"]*"/g, '"…"')).not.toMatch(BROKEN);
        }
  });
});
