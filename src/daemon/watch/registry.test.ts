import { expect, it } from 'vitest';
import { Registry } from './registry.js';

it('what is counted is told in the format of Prometheus', async () => {
  const registry = new Registry();
  const counter = registry.counter('a_total', 'How often.');
  counter.add({ door: 'smtp', code: '2"5\n0' });
  counter.add({ door: 'smtp', code: '2"5\n0' }, 2);
  registry.counter('b_total', 'Never.');
  const histogram = registry.histogram('c_seconds', 'How long.');
  histogram.observe(0.05, { door: 'lmtp' });
  histogram.observe(7);
  registry.gauge('d', 'How many.', async () => [[{ state: 'held' }, 3]]);
  registry.gauge('e', 'Out of reach.', async () => Promise.reject(new Error('no')));
  const lines = (await registry.text()).split('\n');
  expect(lines).toContain('# TYPE a_total counter');
  expect(lines).toContain('a_total{door="smtp",code="2_5_0"} 3');
  expect(lines).toContain('c_seconds_bucket{door="lmtp",le="0.025"} 0');
  expect(lines).toContain('c_seconds_bucket{door="lmtp",le="0.1"} 1');
  expect(lines).toContain('c_seconds_bucket{le="+Inf"} 1');
  expect(lines).toContain('c_seconds_sum 7');
  expect(lines).toContain('d{state="held"} 3');
  expect(lines.filter((line) => line.startsWith('e'))).toEqual([]);
  expect(registry.names).toEqual(['a_total', 'b_total', 'c_seconds', 'd', 'e']);
});

it('what is known beforehand begins at nothing, so that its first rise is seen', async () => {
  const registry = new Registry();
  const counter = registry.counter('a_total', 'How often.', [{ kind: 'x' }, { kind: 'y' }]);
  registry.counter('b_total', 'Never.', [{}]);
  counter.add({ kind: 'y' });
  const lines = (await registry.text()).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['a_total{kind="x"} 0', 'a_total{kind="y"} 1', 'b_total 0']));
});

it('words that strangers choose cannot make it grow for ever', async () => {
  const registry = new Registry();
  const counter = registry.counter('a_total', 'How often.');
  for (let at = 0; at < 5_000; at++) counter.add({ row: `${at}` });
  expect((await registry.text()).split('\n').length).toBeLessThan(2_010);
});
