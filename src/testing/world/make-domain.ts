/* A domain of a simulated internet, drawn by its number: what it publishes, how its servers are kept, and what goes wrong for a while. */
import type { Certificate, MailHost, PolicyHost, RecordSet, World } from '../../adapters/scripted/index.js';
import type { WorldChange } from '../internet.js';
import { policyText } from '../worlds.js';
import type { Dice } from './dice.js';
import type { Mixture } from './mixture.js';
import { DAY_MS, type DomainPlan, EPOCH, HOUR_MS } from './plan.js';

/** Where senders are that are in none of the domains: all is well there. */
export const HOME = 'home.example';

export function homeDomain(): DomainPlan {
  return {
    name: HOME,
    world: {
      dns: { [`MX ${HOME}`]: [`10 mx.${HOME}`], [`A mx.${HOME}`]: [`@mx.${HOME}`] },
      mail: { [`mx.${HOME}`]: {} },
    },
    changes: [],
  };
}

export function domainName(number: number): string {
  return `d${number}.example`;
}

export function makeDomain(number: number, whole: Dice, mixture: Mixture, days: number): DomainPlan {
  const name = domainName(number);
  const dice = whole.within('domain', number);
  const share = (thousandths: number, ...lot: (string | number)[]) =>
    dice.happens(thousandths * 1000, ...lot);
  const count = share(mixture.threeHosts, 'three') ? 3 : share(mixture.twoHosts, 'two') ? 2 : 1;
  const hosts = Array.from({ length: count }, (_, at) => `mx${at + 1}.${name}`);
  const isSigned = share(mixture.signed, 'signed');
  const isDane = isSigned && share(mixture.dane, 'dane');
  const sts = oneShare(
    dice,
    'sts',
    [mixture.enforce, 'enforce'],
    [mixture.testing, 'testing'],
    [mixture.stsNone, 'none'],
  );
  const world: World = {
    ...(isSigned ? { signedZones: [name] } : {}),
    dns: {
      ...mxOf(name, hosts, dice, mixture),
      ...Object.fromEntries(hosts.map((host) => [`A ${host}`, [`@${host}`]])),
      ...(isDane
        ? Object.fromEntries(hosts.map((host) => [`TLSA ${host}`, tlsaOf(host, dice, mixture)]))
        : {}),
      ...(sts === null
        ? {}
        : { [`TXT _mta-sts.${name}`]: ['v=STSv1; id=1;'], [`A mta-sts.${name}`]: [`@mta-sts.${name}`] }),
    },
    mail: {
      ...Object.fromEntries(hosts.map((host) => [host, mailHostOf(host, name, isDane, dice, mixture)])),
      // Nobody connects to these: TLSA records refer to them, so that an impostor's key is never the one that was published.
      ...(isDane ? Object.fromEntries(hosts.map((host) => [keyHolder(host), keyHolderOf(host, name)])) : {}),
    },
    policy: sts === null ? {} : { [`mta-sts.${name}`]: policyHostOf(sts, hosts, dice, mixture) },
  };
  return { name, world, changes: changesOf(world, name, hosts, dice, mixture, days) };
}

/** The ID of an entry that has a host's key, and is never dialled. */
export function keyHolder(host: string): string {
  return `key-of.${host}`;
}

/** A signed domain has its certificates from a CA of its own or from nobody; DANE vouches for either. */
const DANE_CERTIFICATE = { issuer: 'private-ca' } as const;

function keyHolderOf(host: string, name: string): MailHost {
  return { connect: 'refuse', certificate: { ...DANE_CERTIFICATE, names: [host, name], key: host } };
}

function oneShare<const T>(
  dice: Dice,
  lot: string,
  ...choices: readonly (readonly [thousandths: number, choice: T])[]
): T | null {
  let left = dice.below(1000, lot);
  for (const [thousandths, choice] of choices) {
    if (left < thousandths) return choice;
    left -= thousandths;
  }
  return null;
}

function mxOf(
  name: string,
  hosts: readonly string[],
  dice: Dice,
  mixture: Mixture,
): Readonly<Record<string, RecordSet>> {
  const kind = oneShare(dice, 'mx', [mixture.nullMx, 'null'], [mixture.gone, 'gone'], [mixture.noMx, 'none']);
  switch (kind) {
    case 'null':
      return { [`MX ${name}`]: ['0 .'] };
    case 'gone':
      return { [`MX ${name}`]: { denial: 'nxdomain' } };
    case 'none':
      return { [`A ${name}`]: [`@${hosts[0]}`] };
    case null: {
      const isEqual = dice.happens(300_000, 'equal');
      return { [`MX ${name}`]: hosts.map((host, at) => `${isEqual ? 10 : 10 * (at + 1)} ${host}`) };
    }
  }
}

const NO_DIGEST = 'ab'.repeat(32);

function tlsaOf(host: string, dice: Dice, mixture: Mixture): RecordSet {
  const at = `@${keyHolder(host)}`;
  const kind = oneShare(
    dice,
    `tlsa ${host}`,
    [mixture.daneMismatch, 'mismatch'],
    [mixture.daneUnusable, 'unusable'],
    [mixture.daneLookupFails, 'fails'],
  );
  switch (kind) {
    case 'mismatch':
      return [`3 1 1 ${NO_DIGEST}`];
    case 'unusable':
      return [dice.pick(['1 1 1', '0 0 1', '3 1 9'], host, 'unusable')].map(
        (parameters) => `${parameters} ${NO_DIGEST}`,
      );
    case 'fails':
      return { fails: dice.pick(['servfail', 'timeout', 'bogus'] as const, host, 'fails') };
    case null:
      return dice.pick(
        [[`3 1 1 ${at}`], [`3 1 2 ${at}`], [`2 1 1 ${at}:ca`], [`3 1 1 ${NO_DIGEST}`, `3 1 1 ${at}`]],
        host,
        'form',
      );
  }
}

const KEYWORDS = ['PIPELINING', '8BITMIME', 'SIZE 10485760', 'ENHANCEDSTATUSCODES', 'SMTPUTF8'] as const;

function mailHostOf(host: string, name: string, isDane: boolean, dice: Dice, mixture: Mixture): MailHost {
  const connect = oneShare(dice, `connect ${host}`, [mixture.dead, 'refuse'], [mixture.silent, 'silent']);
  const starttls = oneShare(
    dice,
    `starttls ${host}`,
    [mixture.noStartTls, 'not-offered'],
    [mixture.brokenTls, dice.pick(['broken', 'closes', '454 4.7.0 not now'] as const, host, 'broken')],
    [mixture.oldTls, 'old'],
  );
  return {
    ...(connect === null ? {} : { connect }),
    ...(starttls === null || isDane ? {} : { starttls }),
    ...(dice.happens(mixture.requireTls * 1000, host, 'requiretls')
      ? { keywords: KEYWORDS, keywordsAfterTls: [...KEYWORDS, 'REQUIRETLS'] }
      : {}),
    certificate: certificateOf(host, name, isDane, dice, mixture),
    replies: {
      rcpt: { [`unknown@${name}`]: '550 5.1.1 nobody here', [`full@${name}`]: '452 4.2.2 over quota' },
    },
  };
}

function certificateOf(
  host: string,
  name: string,
  isDane: boolean,
  dice: Dice,
  mixture: Mixture,
): Certificate {
  if (isDane && dice.happens(700_000, host, 'own ca')) return { ...DANE_CERTIFICATE, names: [host, name] };
  const kind = oneShare(
    dice,
    `certificate ${host}`,
    [mixture.selfSigned, 'self'],
    [mixture.expired, 'expired'],
    [mixture.otherName, 'other'],
    [mixture.privateCa, 'private-ca'],
  );
  switch (kind) {
    case 'self':
      return { issuer: 'self' };
    case 'expired':
      return { validity: 'expired' };
    case 'other':
      return { names: [`www.${name}`] };
    case 'private-ca':
      return { issuer: 'private-ca' };
    case null:
      return dice.pick([{}, { issuer: 'intermediate' }, { names: [`*.${name}`] }] as const, host, 'good');
  }
}

function policyHostOf(
  mode: 'enforce' | 'testing' | 'none',
  hosts: readonly string[],
  dice: Dice,
  mixture: Mixture,
): PolicyHost {
  const listed = dice.happens(mixture.policyUnlisted * 1000, 'unlisted') ? ['other.example'] : hosts;
  const days = dice.pick([1, 7, 30], 'max age');
  const body = policyText(mode, mode === 'none' ? [] : listed, (days * DAY_MS) / 1000);
  const kind = oneShare(
    dice,
    'policy host',
    [mixture.policyUnserved, 'unserved'],
    [mixture.policyCertificate, 'certificate'],
    [mixture.policyUnreadable, 'unreadable'],
  );
  switch (kind) {
    case 'unserved':
      return {
        body,
        ...dice.pick(
          [{ connect: 'refuse' }, { connect: 'silent' }, { status: 404 }, { status: 500 }] as const,
          'unserved',
        ),
      };
    case 'certificate':
      return {
        body,
        certificate: dice.pick(
          [{ validity: 'expired' }, { issuer: 'self' }, { names: ['www.example'] }] as const,
          'certificate',
        ),
      };
    case 'unreadable':
      return {
        body: dice.pick(
          ['version: STSv2\n', '<html>', `${body}mode: maybe\n`.replace('version: STSv1\n', '')],
          'unreadable',
        ),
      };
    case null:
      return { body };
  }
}

/** Some days something is otherwise for some hours. */
function changesOf(
  world: World,
  name: string,
  hosts: readonly string[],
  dice: Dice,
  mixture: Mixture,
  days: number,
) {
  return Array.from({ length: days }, (_, day) => day).flatMap((day) => {
    if (!dice.happens(mixture.change * 1000, 'change', day)) return [];
    const possible = possibleChanges(world, name, hosts, day + 2);
    const [what, change] = dice.pick(possible, 'which', day);
    const from = EPOCH + day * DAY_MS + dice.below(DAY_MS, 'from', day);
    return [{ what, from, until: from + (1 + dice.below(20, 'hours', day)) * HOUR_MS, change }];
  });
}

function possibleChanges(
  world: World,
  name: string,
  hosts: readonly string[],
  id: number,
): readonly (readonly [string, WorldChange])[] {
  const mail = world.mail ?? {};
  const all = (change: (host: MailHost) => MailHost) => ({
    mail: Object.fromEntries(hosts.map((host) => [host, change(mail[host]!)])),
  });
  const certificate = (own: Certificate) =>
    all((host) => ({ ...host, certificate: { ...host.certificate, ...own } }));
  const policyHost = world.policy?.[`mta-sts.${name}`];
  const announced = { [`TXT _mta-sts.${name}`]: [`v=STSv1; id=${id};`] };
  const served = (body: string) => ({
    dns: announced,
    policy: { [`mta-sts.${name}`]: { ...policyHost, body } },
  });
  return [
    ['hosts-down', all((host) => ({ ...host, connect: 'refuse' }))],
    ['hosts-silent', all((host) => ({ ...host, connect: 'silent' }))],
    ['hosts-busy', all((host) => ({ ...host, greeting: '421 4.3.2 too busy' }))],
    ['certificate-expired', certificate({ validity: 'expired' })],
    ['key-changed', certificate({ key: 'next' })],
    ['starttls-gone', all((host) => ({ ...host, starttls: 'not-offered' }))],
    ['dns-down', { dns: { [`MX ${name}`]: { fails: 'servfail' } } }],
    ...(policyHost === undefined
      ? []
      : ([
          ['policy-renewed', served(policyText('enforce', hosts))],
          ['policy-taken-back', served(policyText('none', []))],
          ['policy-tested', served(policyText('testing', hosts))],
          [
            'policy-host-down',
            { dns: announced, policy: { [`mta-sts.${name}`]: { ...policyHost, connect: 'refuse' } } },
          ],
        ] as const)),
  ];
}
