import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryQueueStore } from '../../adapters/memory/index.js';
import { allTables } from '../../policy/tables.js';
import { daemonMetrics } from './metrics.js';

const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');

it('every name that is counted is in docs/operating.md, and no other', () => {
  const { registry } = daemonMetrics({
    ...{ queue: memoryQueueStore(), clock: () => 0, version: '0', directory: undefined, rulesOver: () => 0 },
  });
  const documented = [...page.matchAll(/`(waxseal_[a-z_]+)/g)].map(([, name]) => name!);
  expect([...new Set(documented)].sort()).toEqual([...registry.names].sort());
});

it('what somebody is woken for, and whatever else has few words, begins at 0', async () => {
  const { registry, webhook } = daemonMetrics({
    ...{ queue: memoryQueueStore(), clock: () => 0, version: '0', directory: undefined, rulesOver: () => 0 },
  });
  webhook('bounced', 'dropped', 2);
  const lines = (await registry.text()).split('\n');
  for (const line of [
    'waxseal_faults_total 0',
    'waxseal_recipient_turns_total{outcome="expired"} 0',
    'waxseal_notices_total{verdict="failed"} 0',
    'waxseal_authentication_total{authentication="dane+pkix"} 0',
    'waxseal_webhooks_total{event="bounced",result="dropped"} 2',
    'waxseal_webhooks_total{event="bounced",result="failed"} 0',
  ])
    expect(lines).toContain(line);
});

it('every judgement that docs/operating.md has counted is one', () => {
  const named = [...page.matchAll(/\{table="([a-z-]+)"(?:,verdict="([a-z-]+)")?/g)];
  expect(named.length).toBeGreaterThan(6);
  for (const [label, name, verdict] of named) {
    const table = allTables.find((each) => each.name === name);
    expect(table, label).toBeDefined();
    if (verdict !== undefined) expect(table!.verdicts, label).toContain(verdict);
  }
});
