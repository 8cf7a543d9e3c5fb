/*
 * Writes to a state directory for ever, as a process of its own that somebody will kill: for each number a policy and a
 * tally, and then the number on its standard output.
 */
import { fileURLToPath } from 'node:url';
import { detailOf, lineOf, NOW, policyAt } from '../../../spec/contracts/stores.fixture.js';
import { sqliteStores } from './index.js';

export const KEY = { day: '2026-01-01', domain: 'a.example' };

/** The policy of that number; all of it depends on the number, so that no mixture of two looks like one. */
export function numbered(number: number) {
  const hosts = Array.from({ length: (number % 90) + 1 }, (_, at) => `mx${number}-${at}.a.example`);
  return { ...policyAt(NOW + number, { mx: hosts }), id: `id${number}` };
}

async function writeForEver(directory: string, first: number): Promise<void> {
  const { policies, reports } = sqliteStores({ directory });
  const never = new AbortController().signal;
  const line = lineOf('one', { failure: 1, details: [detailOf('x')] });
  for (let number = first; ; number++) {
    const change = { kind: 'store', entry: numbered(number) } as const;
    const { kind } = await policies['policy-cache.write']({ domain: KEY.domain, change }, never);
    if (kind !== 'written') throw new Error('not written');
    await reports.add(KEY, [line, lineOf('two')]);
    process.stdout.write(`${number}\n`);
  }
}

const [program, directory, first] = process.argv.slice(1);
if (program === fileURLToPath(import.meta.url)) void writeForEver(directory!, Number(first));
