import { type Decision, decide, defineTable } from '../kernel/table.js';
import type { Settings } from '../settings.js';
import { scopeOf } from './ip-address.js';

// biome-ignore format: a table
export const targetAddress = defineTable({
  name: 'target-address',
  about: 'Whether an address that DNS or an address literal named may be connected to, for mail and for policy hosts alike.',
  inputs: {
    scope: ['public', 'loopback', 'private', 'unusable'],
    setting: ['refuse', 'allow'],
  },
  verdicts: ['connect', 'leave-out'],
})([
  { id: 'ADDR-1', when: { scope: 'public' },                                    then: 'connect',
    why: 'An ordinary host of the Internet.', refs: ['SMTP-5.1-9'] },
  { id: 'ADDR-2', when: { scope: ['loopback', 'private'], setting: 'refuse' },  then: 'leave-out',
    why: 'A name in a stranger\'s zone must not make us talk to our own network.', refs: ['X-13', 'CHOICE-14'] },
  { id: 'ADDR-3', when: { scope: ['loopback', 'private'], setting: 'allow' },   then: 'connect',
    why: 'The operator says that such hosts are meant.', refs: ['X-13', 'CHOICE-14'] },
  { id: 'ADDR-4', when: { scope: 'unusable' },                                  then: 'leave-out',
    why: 'Nobody receives mail at an unspecified, multicast or broadcast address.', refs: ['X-13', 'CHOICE-14'] },
]);

/** Whether an address may be connected to. */
export function judgeAddress(
  address: string,
  setting: Settings['privateAddresses'],
): Decision<'connect' | 'leave-out'> {
  return decide(targetAddress, { scope: scopeOf(address), setting });
}
