import { type Decision, decide, defineTable } from '../kernel/table.js';
import type { Settings } from '../settings.js';
import { scopeOf } from './address-scope.js';

// biome-ignore format: a table
export const targetAddress = defineTable({
  name: 'target-address',
  about: 'Whether an address that DNS or an address literal named may be connected to, for mail and for policy hosts alike. `host`: whether a stranger or the operator named the host that has the address.',
  inputs: {
    scope: ['public', 'loopback', 'private', 'unusable'],
    setting: ['refuse', 'allow'],
    host: ['of-strangers', 'of-operator'],
  },
  verdicts: ['connect', 'leave-out'],
})([
  { id: 'ADDR-1', when: { scope: 'public' },                                    then: 'connect',
    why: 'An ordinary host of the Internet.', refs: ['SMTP-5.1-9'] },
  { id: 'ADDR-2', when: { scope: ['loopback', 'private'], setting: 'refuse', host: 'of-strangers' },  then: 'leave-out',
    why: 'What a stranger names must not make us talk to our own network.', refs: ['X-13', 'CHOICE-14'] },
  { id: 'ADDR-3', when: { scope: ['loopback', 'private'], setting: 'allow', host: 'of-strangers' },   then: 'connect',
    why: 'The operator says that such hosts are meant.', refs: ['X-13', 'CHOICE-14'] },
  { id: 'ADDR-5', when: { scope: ['loopback', 'private'], host: 'of-operator' },  then: 'connect',
    why: 'A relay may well stand on our own network; the operator chose it.', refs: ['X-13', 'CHOICE-14'] },
  { id: 'ADDR-4', when: { scope: 'unusable' },                                  then: 'leave-out',
    why: 'Such an address belongs to no host that could be connected to.', refs: ['X-13', 'CHOICE-14'] },
]);

/** Whether an address may be connected to. */
export function judgeAddress(
  address: string,
  setting: Settings['privateAddresses'],
  host: 'of-strangers' | 'of-operator' = 'of-strangers',
): Decision<'connect' | 'leave-out'> {
  return decide(targetAddress, { scope: scopeOf(address), setting, host });
}
