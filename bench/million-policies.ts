/* What a million policies weigh in the memory store; in a process of its own, so that nothing else is weighed. */
import { memoryPolicyStore } from '../src/adapters/memory/index.js';

const COUNT = 1_000_000;
const NOW = Date.UTC(2026, 0, 1);
const store = memoryPolicyStore({ entriesMax: COUNT });
const signal = new AbortController().signal;

function heapBytes(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

const before = heapBytes();
for (let at = 0; at < COUNT; at++) {
  const mx = [`mx1.d${at}.example`, `mx2.d${at}.example`];
  const lines = ['version: STSv1', 'mode: enforce', ...mx.map((host) => `mx: ${host}`), 'max_age: 604800'];
  const policy = { mode: 'enforce', mx, maxAgeSeconds: 604_800, lines } as const;
  const entry = { id: `20260101T${at}`, policy, fetchedAt: NOW };
  await store['policy-cache.write']({ domain: `d${at}.example`, change: { kind: 'store', entry } }, signal);
}
const bytes = heapBytes() - before;
const last = await store['policy-cache.read']({ domain: `d${COUNT - 1}.example` }, signal);
if (last.kind !== 'read' || last.cached === null) throw new Error('the last one is not there');
process.send?.({ bytesEach: bytes / COUNT });
process.disconnect?.();
