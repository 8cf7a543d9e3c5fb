/*
 * What the types of a scenario cannot say: references to hosts that never exist, records that cannot be read, more
 * than one kind of answer in one record set. A typing mistake here would otherwise be a world that silently differs.
 */
import { readMxText } from './mx-text.js';
import type { Scenario } from './scenario.js';
import { readTlsaText } from './tlsa-text.js';
import type { RecordSet } from './world.js';

interface Contradiction {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** Everything in a scenario that contradicts itself. */
export function contradictionsIn(scenario: Scenario): readonly Contradiction[] {
  const worlds = [
    { at: 'world', part: scenario.world },
    ...scenario.steps.map(({ change = {} }, index) => ({ at: `steps[${index}].change`, part: change })),
  ];
  const mail = new Set(worlds.flatMap(({ part }) => Object.keys(part.mail ?? {})));
  const hosts = new Set([...mail, ...worlds.flatMap(({ part }) => Object.keys(part.policy ?? {}))]);
  const found: Contradiction[] = [];

  for (const { at, part } of worlds) {
    for (const [key, set] of Object.entries(part.dns ?? {})) {
      const path = `${at}.dns[${JSON.stringify(key)}]`;
      if (set !== null && answersIn(set) > 1) {
        found.push({ path, expected: 'one of records, denial and fails', actual: 'several' });
      }
      for (const text of recordsOf(set)) {
        const expected = expectedInstead(key.split(' ')[0]!, text, { mail, hosts });
        if (expected !== null) found.push({ path, expected, actual: JSON.stringify(text) });
      }
    }
  }
  for (const [index, { message, expect }] of scenario.steps.entries()) {
    if (expect.length <= message.to.length) continue;
    const path = `steps[${index}].expect`;
    found.push({
      path,
      expected: `at most ${message.to.length}, one for each recipient`,
      actual: `${expect.length}`,
    });
  }
  return found;
}

function expectedInstead(
  type: string,
  text: string,
  { mail, hosts }: { readonly mail: ReadonlySet<string>; readonly hosts: ReadonlySet<string> },
): string | null {
  switch (type) {
    case 'MX':
      return readMxText(text) === null ? 'a preference and a host such as "10 mx.a.example"' : null;
    case 'A':
    case 'AAAA':
      return text.startsWith('@') && !hosts.has(text.slice(1)) ? 'the ID of a mail or policy host' : null;
    case 'TLSA': {
      const read = readTlsaText(text);
      if (read === null) return 'a TLSA record such as "3 1 1 @ID", or "# 0301"';
      return read.kind === 'reference' && !mail.has(read.id) ? 'the ID of a mail host' : null;
    }
    default:
      return null;
  }
}

function recordsOf(set: RecordSet | null): readonly string[] {
  if (set === null) return [];
  return isList(set) ? set : (set.records ?? []);
}

function answersIn(set: RecordSet): number {
  if (isList(set)) return 1;
  return [set.records, set.denial, set.fails].filter((answer) => answer !== undefined).length;
}

function isList(set: RecordSet): set is readonly string[] {
  return Array.isArray(set);
}
