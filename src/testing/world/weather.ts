/*
 * Faults: what one attempt may meet, on every question that it asks. Each is a change of the world that holds for this attempt alone,
 * so that what happened can be told as a scenario.
 */
import type { MailHost, World } from '../../adapters/scripted/index.js';
import type { WorldChange } from '../internet.js';
import type { Dice } from './dice.js';

export interface Fault {
  readonly what: string;
  readonly change: WorldChange;
}

type Make = (world: World, dice: Dice, domain: string) => WorldChange | null;

const DNS_FAILURES = ['servfail', 'timeout', 'refused', 'malformed', 'bogus'] as const;

function dnsFault(type: string): Make {
  return (world, dice) => {
    const keys = Object.keys(world.dns).filter((key) => key.startsWith(`${type} `));
    if (keys.length === 0) return null;
    return { dns: { [dice.pick(keys, 'key')]: { fails: dice.pick(DNS_FAILURES, 'cause') } } };
  };
}

function hostFault(change: (host: MailHost, dice: Dice) => MailHost): Make {
  return (world, dice) => {
    const ids = Object.keys(world.mail ?? {}).filter((id) => !id.startsWith('key-of.'));
    if (ids.length === 0) return null;
    const id = dice.pick(ids, 'host');
    return { mail: { [id]: change(world.mail![id]!, dice) } };
  };
}

function replyFault(stage: 'ehlo' | 'ehloAfterTls' | 'mail' | 'data' | 'end'): Make {
  return hostFault((host, dice) => {
    const line = dice.pick(['close', '421 4.3.2 later', '451 4.3.0 later', '499 odd'], 'line');
    return { ...host, replies: { ...host.replies, [stage]: line } };
  });
}

function policyFault(change: (dice: Dice) => object): Make {
  return (world, dice) => {
    const [id] = Object.keys(world.policy ?? {});
    return id === undefined ? null : { policy: { [id]: { ...world.policy![id], ...change(dice) } } };
  };
}

/** Every kind of fault by name. */
export const FAULTS: Readonly<Record<string, Make>> = {
  'mx-lookup': dnsFault('MX'),
  'address-lookup': dnsFault('A'),
  'txt-lookup': dnsFault('TXT'),
  'tlsa-lookup': dnsFault('TLSA'),
  'policy-refused': policyFault(() => ({ connect: 'refuse' })),
  'policy-silent': policyFault(() => ({ connect: 'silent' })),
  'policy-status': policyFault((dice) => ({ status: dice.pick([301, 404, 500, 503], 'status') })),
  'policy-certificate': policyFault(() => ({ certificate: { validity: 'expired' } })),
  'policy-garbage': policyFault(() => ({ body: 'version: STSv1\nmode: enf' })),
  'policy-flood': policyFault(() => ({ bodyOctets: 100_000 })),
  'connect-refused': hostFault((host) => ({ ...host, connect: 'refuse' })),
  'connect-silent': hostFault((host) => ({ ...host, connect: 'silent' })),
  'greeting-busy': hostFault((host) => ({ ...host, greeting: '421 4.3.2 busy' })),
  'greeting-closed': hostFault((host) => ({ ...host, greeting: 'close' })),
  'starttls-refused': hostFault((host) => ({ ...host, starttls: '454 4.7.0 not now' })),
  'starttls-broken': hostFault((host, dice) => ({
    ...host,
    starttls: dice.pick(['broken', 'closes', 'old', 'late-alert'] as const, 'how'),
  })),
  'ehlo-lost': replyFault('ehlo'),
  'ehlo-under-tls-lost': replyFault('ehloAfterTls'),
  'mail-refused': replyFault('mail'),
  'recipient-refused': hostFault((host) => ({
    ...host,
    replies: { ...host.replies, rcpt: { '*': '450 4.2.0 come again' } },
  })),
  'data-refused': replyFault('data'),
  'end-lost': replyFault('end'),
};

/** The fault that an attempt meets, if it meets one. */
export function faultOf(world: World, domain: string, perMillion: number, dice: Dice): Fault | null {
  if (perMillion === 0 || !dice.happens(perMillion, 'fault')) return null;
  const what = dice.pick(Object.keys(FAULTS), 'which');
  const change = FAULTS[what]!(world, dice, domain);
  return change === null ? null : { what, change };
}
