import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryQueueStore } from '../../adapters/memory/index.js';
import { daemonMetrics } from './metrics.js';

it('every name that is counted is in docs/operating.md, and no other', () => {
  const { registry } = daemonMetrics({
    ...{ queue: memoryQueueStore(), clock: () => 0, version: '0', directory: undefined, rulesOver: () => 0 },
  });
  const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/`(waxseal_[a-z_]+)/g)].map(([, name]) => name!);
  expect([...new Set(documented)].sort()).toEqual([...registry.names].sort());
});
