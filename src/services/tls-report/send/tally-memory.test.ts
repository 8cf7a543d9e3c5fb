import { expect, it } from 'vitest';
import { memoryStores } from '../../../adapters/memory/index.js';
import type { TlsReportStore } from '../../../effects/stores.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import { tallyMemory } from './tally-memory.js';

const key = { day: '2026-05-01', domain: 'a.example' };
const line: TlsReportPolicy = {
  policyType: 'sts',
  policyDomain: 'a.example',
  policyString: [],
  mxHost: [],
  success: 1,
  failure: 0,
  details: [],
};

function start(store: Pick<TlsReportStore, 'add'>) {
  const problems: string[] = [];
  let go: () => void = () => undefined;
  const after = () =>
    new Promise<void>((resolve) => {
      go = resolve;
    });
  const memory = tallyMemory(store, { after, onProblem: (problem) => void problems.push(problem) });
  return { memory, problems, go: () => go() };
}

it('takes tallies at once, and writes them when its time has come', async () => {
  const store = memoryStores().reports;
  const { memory, problems, go } = start(store);
  expect(await memory.add(key, [line])).toBe('added');
  expect(await memory.add(key, [line])).toBe('added');
  expect(await store.read(key)).toEqual([]);
  go();
  await memory.idle();
  expect(await store.read(key)).toMatchObject([{ success: 2 }]);
  expect(problems).toEqual([]);
});

it('tells once what could not be kept', async () => {
  const { memory, problems, go } = start({ add: () => Promise.reject(new Error('no disk')) });
  await Promise.all([memory.add(key, [line]), memory.add(key, [line])]);
  go();
  await memory.idle();
  expect(problems).toEqual(['the tally of a.example for the TLS report of 2026-05-01 is not kept: no disk']);
});

it('takes no more than it may hold while nothing is written', async () => {
  const { memory } = start({ add: () => Promise.reject(new Error('never asked')) });
  for (let taken = 0; taken < 10_000; taken += 1) await memory.add(key, [line]);
  expect(await memory.add(key, [line])).toBe('full');
});
