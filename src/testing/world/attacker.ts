/*
 * The attacker stands on the path: to name servers, policy hosts, mail hosts. He sees who asks and answers instead. What he cannot do is in
 * the types of what he is given: names of zones that are signed are never his to answer (only to keep from being answered), he has no key of
 * anybody, and the only certificates that a CA gave him are for his own names. He stays for hours, at one domain, in some of the places.
 */
import type { Certificate, MailHost, World } from '../../adapters/scripted/index.js';
import { applyChange } from '../../adapters/scripted/index.js';
import type { WorldChange } from '../internet.js';
import { policyText } from '../worlds.js';
import type { Dice } from './dice.js';
import type { Fault } from './weather.js';

export const ATTACKER = 'mx.attacker.example';
const OWN_HOST = {
  mail: { [ATTACKER]: { certificate: { key: 'attacker' } } },
  dns: { [`A ${ATTACKER}`]: [`@${ATTACKER}`] },
};

interface Victim {
  readonly name: string;
  readonly world: World;
  /** Whether nobody vouches for names of the domain. */
  readonly isOpen: boolean;
}
type Act = (victim: Victim, dice: Dice) => WorldChange | null;

const forged =
  (answer: (victim: Victim, dice: Dice) => WorldChange | null): Act =>
  (victim, dice) =>
    victim.isOpen ? answer(victim, dice) : null;

const withAnnouncement = ({ name, world }: Victim, set: WorldChange['dns']) =>
  Object.hasOwn(world.dns, `TXT _mta-sts.${name}`) ? { dns: set ?? {} } : null;

/** Where he answers for name servers. */
const DNS_ACTS: Readonly<Record<string, Act>> = {
  'forge-mx': forged(({ name }) => ({
    ...OWN_HOST,
    dns: { ...OWN_HOST.dns, [`MX ${name}`]: [`5 ${ATTACKER}`] },
  })),
  'forge-mx-beside': forged(({ name, world }) => {
    const set = world.dns[`MX ${name}`];
    const own = Array.isArray(set) ? set : [];
    return { ...OWN_HOST, dns: { ...OWN_HOST.dns, [`MX ${name}`]: [`1 ${ATTACKER}`, ...own] } };
  }),
  'forge-address': forged(({ name, world }) => {
    const hosts = Object.keys(world.mail ?? {}).filter(
      (id) => id.endsWith(name) && !id.startsWith('key-of.'),
    );
    return { ...OWN_HOST, dns: Object.fromEntries(hosts.map((host) => [`A ${host}`, [`@${ATTACKER}`]])) };
  }),
  'deny-mx': forged(({ name }, dice) => ({
    dns: { [`MX ${name}`]: { denial: dice.pick(['nxdomain', 'nodata'] as const, 'denial') } },
  })),
  'null-mx': forged(({ name }) => ({ dns: { [`MX ${name}`]: ['0 .'] } })),
  'useless-mx': forged(({ name }) => ({ dns: { [`MX ${name}`]: ['10 nowhere.invalid'] } })),
  'hide-policy': forged((victim, dice) =>
    withAnnouncement(victim, {
      [`TXT _mta-sts.${victim.name}`]: { denial: dice.pick(['nxdomain', 'nodata'] as const, 'denial') },
    }),
  ),
  'announce-another': forged((victim) =>
    withAnnouncement(victim, { [`TXT _mta-sts.${victim.name}`]: ['v=STSv1; id=forged;'] }),
  ),
  'announce-the-old': forged((victim) =>
    withAnnouncement(victim, { [`TXT _mta-sts.${victim.name}`]: ['v=STSv1; id=1;'] }),
  ),
  'forge-tlsa': forged(({ world }) => {
    const hosts = Object.keys(world.mail ?? {}).filter((id) => !id.startsWith('key-of.'));
    return {
      ...OWN_HOST,
      dns: Object.fromEntries(hosts.map((host) => [`TLSA ${host}`, [`3 1 1 @${ATTACKER}`]])),
    };
  }),
  'drop-answers': ({ name, world }, dice) => {
    const keys = Object.keys(world.dns).filter((key) => key.endsWith(name));
    const dropped = keys.filter((key) => dice.happens(500_000, key));
    return {
      dns: Object.fromEntries(
        dropped.map((key) => [
          key,
          { fails: dice.pick(['timeout', 'servfail', 'bogus'] as const, 'how', key) },
        ]),
      ),
    };
  },
};

const policyHosts = ({ world }: Victim, change: (body: string | undefined) => object): WorldChange | null => {
  const entries = Object.entries(world.policy ?? {});
  return entries.length === 0
    ? null
    : { policy: Object.fromEntries(entries.map(([id, host]) => [id, { ...host, ...change(host.body) }])) };
};

/** Where he stands before policy hosts. */
const HTTPS_ACTS: Readonly<Record<string, Act>> = {
  'block-https': (victim) => policyHosts(victim, () => ({ connect: 'refuse' })),
  'hold-https': (victim) => policyHosts(victim, () => ({ connect: 'silent' })),
  'serve-own-policy': (victim, dice) =>
    policyHosts(victim, () => ({
      body: policyText(dice.pick(['none', 'enforce'] as const, 'mode'), [ATTACKER]),
      certificate: dice.pick([{ issuer: 'self' }, { names: [ATTACKER] }] as const, 'certificate'),
    })),
};

const mailHosts = (
  { world }: Victim,
  change: (host: MailHost, id: string) => MailHost,
): WorldChange | null => {
  const entries = Object.entries(world.mail ?? {}).filter(([id]) => !id.startsWith('key-of.'));
  return { mail: Object.fromEntries(entries.map(([id, host]) => [id, change(host, id)])) };
};
const EVERYBODY_REFUSED = { rcpt: { '*': '550 5.1.1 nobody here' } } as const;

/** Where he stands before mail hosts. */
const SMTP_ACTS: Readonly<Record<string, Act>> = {
  'strip-starttls': (victim) => mailHosts(victim, (host) => ({ ...host, starttls: 'not-offered' })),
  'strip-and-refuse': (victim) =>
    mailHosts(victim, (host) => ({ ...host, starttls: 'not-offered', replies: EVERYBODY_REFUSED })),
  'refuse-starttls': (victim, dice) =>
    mailHosts(victim, (host) => ({
      ...host,
      starttls: dice.pick(['454 4.7.0 no', '554 5.7.0 no', '502 5.5.1 no'] as const, 'reply'),
    })),
  inject: (victim) => mailHosts(victim, (host) => ({ ...host, starttls: 'injected' })),
  'break-handshake': (victim, dice) =>
    mailHosts(victim, (host) => ({
      ...host,
      starttls: dice.pick(['broken', 'closes', 'old', 'late-alert'] as const, 'how'),
    })),
  'refuse-greeting': (victim) => mailHosts(victim, (host) => ({ ...host, greeting: '554 5.7.1 go away' })),
  'refuse-ehlo': (victim) =>
    mailHosts(victim, (host) => ({
      ...host,
      replies: { ...host.replies, ehlo: '550 5.7.1 no', helo: '550 5.7.1 no' },
    })),
  impersonate: (victim, dice) =>
    mailHosts(victim, (host, id) => {
      const certificate: Certificate = dice.pick(
        [{ issuer: 'self', names: [id] }, { names: [ATTACKER] }, { issuer: 'self' }] as const,
        'as',
        id,
      );
      return {
        ...host,
        starttls: 'offered',
        certificate: { ...certificate, key: 'attacker' },
        replies: dice.pick([{}, EVERYBODY_REFUSED], 'says'),
      };
    }),
  cut: (victim, dice) =>
    mailHosts(victim, (host) =>
      dice.pick(
        [
          { ...host, connect: 'refuse' },
          { ...host, connect: 'silent' },
          { ...host, greeting: 'close' },
        ] as const,
        'how',
      ),
    ),
};

/** Every act by name, by the place where he stands. */
export const ACTS: Readonly<Record<'dns' | 'https' | 'smtp', Readonly<Record<string, Act>>>> = {
  dns: DNS_ACTS,
  https: HTTPS_ACTS,
  smtp: SMTP_ACTS,
};

const EPISODE_MS = 6 * 3_600_000;

/** What he does at a domain at that time; null: he is elsewhere. */
export function attackOf(name: string, world: World, at: number, whole: Dice): Fault | null {
  const dice = whole.within('attacker', name, Math.floor(at / EPISODE_MS));
  if (!dice.happens(300_000, 'present')) return null;
  return attack(name, world, dice);
}

/** An attack in one, two or three places. */
export function attack(name: string, world: World, dice: Dice): Fault | null {
  const isOpen = !(world.signedZones ?? []).some((zone) => name === zone || name.endsWith(`.${zone}`));
  const places = 1 + dice.below(7, 'places');
  const acts = (['dns', 'https', 'smtp'] as const).filter((_, at) => (places & (1 << at)) !== 0);
  let done: WorldChange = {};
  const what: string[] = [];
  for (const place of acts) {
    const act = dice.pick(Object.keys(ACTS[place]), place);
    const change = ACTS[place][act]!({ name, world: applyChange(world, done), isOpen }, dice.within(place));
    if (change === null) continue;
    what.push(act);
    done = joined(done, change);
  }
  return what.length === 0 ? null : { what: what.join('+'), change: done };
}

/** Both changes, the second upon the first. */
export function joined(first: WorldChange, second: WorldChange): WorldChange {
  return {
    dns: { ...first.dns, ...second.dns },
    mail: { ...first.mail, ...second.mail },
    policy: { ...first.policy, ...second.policy },
  };
}
