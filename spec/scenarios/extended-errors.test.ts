import { describe, expect, it } from 'vitest';
import { explainDelivery } from '../../src/engine/explain-delivery.js';
import type { Scenario, World } from '../../src/testing/index.js';
import { plainDomain, SIGNED, simulateScenario, together } from '../../src/testing/index.js';
import { send } from './worlds.js';

/** What somebody who looks at the message is told of the decision that made it wait. */
function toldOf(world: World): string {
  const scenario: Scenario = { name: 'x', world, steps: [send({ outcome: 'deferred' })] };
  const [report] = explainDelivery(simulateScenario(scenario).steps[0]!.journal);
  return report!.because!.facts.join('\n');
}

const BOGUS = { fails: 'bogus' } as const;

describe('what a resolver adds to a refusal is told with its number, whatever was asked (EDE-4-1)', () => {
  it.each<[string, World]>([
    ['MX', together(plainDomain(), { dns: { 'MX a.example': BOGUS } })],
    ['CNAME', together(plainDomain(), { dns: { 'MX a.example': [], 'CNAME a.example': BOGUS } })],
    ['the TXT record of MTA-STS', together(plainDomain(), { dns: { 'TXT _mta-sts.a.example': BOGUS } })],
    ['the address of a mail host', together(plainDomain(), { dns: { 'A mx.a.example': BOGUS } })],
    ['TLSA', together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': BOGUS } })],
  ])('%s', (_, world) => {
    expect(toldOf(world)).toMatch(/bogus(, extended error| ede-)\s?6/);
  });
});
