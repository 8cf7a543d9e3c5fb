/* Which scenarios other people's software can play as they stand, and how they come to share one DNS. */
import type { MailHost, RecordSet, Scenario } from '../src/adapters/scripted/index.js';
import { offersRequireTls } from './mail-peer.js';
import { isAtOrBelow } from './zones.js';

/** Why real servers cannot play a scenario; null: they can. */
export function whyNot({ world, settings, steps }: Scenario): string | null {
  const [step, ...others] = steps;
  const hosts = Object.values(world.mail ?? {});
  const reasons: readonly (readonly [boolean, string])[] = [
    [others.length > 0 || step.change !== undefined, 'the world changes'],
    [Object.keys(world.policy ?? {}).length > 0, 'there is no policy host'],
    [
      settings?.deadlines !== undefined || step.deadlineMs !== undefined,
      'it is about how long something takes',
    ],
    [step.stop !== undefined, 'the sender is stopped, wherever he is'],
    [step.policyCache !== undefined, 'it is about what the sender keeps'],
    [step.purpose !== undefined && step.purpose !== 'deliver', 'it is not about mail'],
    [Object.keys(world.mail ?? {}).some((id) => !id.includes('.')), 'a name has several servers'],
    [hosts.some(({ port }) => port !== undefined), 'all real servers listen on one port'],
    [hosts.some((host) => !isLikePostfix(host) && !isLikeSmtpServer(host)), 'no server behaves like that'],
    [
      steps.some(({ message }) => isBeyondAscii(message)) &&
        hosts.some(({ keywords }) => keywords?.includes('SMTPUTF8') === false),
      'all real servers take addresses beyond ASCII',
    ],
    [
      Object.entries(world.dns).some(([key, set]) => !isHonest(key, set, world.signedZones ?? [])),
      'no zone answers like that',
    ],
    [
      step.expect.some(({ mailParameters }) => mailParameters !== undefined) &&
        !hosts.every(offersRequireTls),
      'Postfix does not tell parameters',
    ],
  ];
  return reasons.find(([applies]) => applies)?.[1] ?? null;
}

/** The same scenario in domains of its own: `a.example` becomes `a-7.example`. */
export function inDomainsOfItsOwn<S extends Scenario>(scenario: S, number: number): S {
  const renamed = JSON.stringify(scenario).replace(
    /(?<![\w-])([a-z0-9]+)\.(example|test)(?!\.?[\w-])/g,
    `$1-${number}.$2`,
  );
  return { ...(JSON.parse(renamed) as S), name: scenario.name };
}

// Postfix puts other enhanced codes right before it says them.
const REPLY_TO_RECIPIENT = /^([45])\d\d \1\.\d\.\d /;
const STARTTLS_OF_POSTFIX: readonly MailHost['starttls'][] = [
  undefined,
  'offered',
  'not-offered',
  'broken',
  'old',
  '454 4.7.0 TLS not available',
];
// Real servers know more of them, which changes nothing but for addresses beyond ASCII.
const KEYWORDS: readonly string[] = ['8BITMIME', 'ENHANCEDSTATUSCODES'];

function isLikePostfix(host: MailHost): boolean {
  const { rcpt = {}, ...otherReplies } = host.replies ?? {};
  return (
    (host.connect === undefined || host.connect === 'accept' || host.connect === 'refuse') &&
    host.greeting === undefined &&
    host.takes === undefined &&
    areUsual(host.keywords) &&
    areUsual(host.keywordsAfterTls) &&
    STARTTLS_OF_POSTFIX.includes(host.starttls) &&
    Object.keys(otherReplies).length === 0 &&
    Object.values(rcpt).every((reply) => REPLY_TO_RECIPIENT.test(reply))
  );
}

function isLikeSmtpServer(host: MailHost): boolean {
  const { certificate, keywords, keywordsAfterTls, ...other } = host;
  return offersRequireTls(host) && areUsual(keywords) && Object.keys(other).length === 0;
}

function areUsual(keywords: readonly string[] | undefined): boolean {
  return keywords === undefined || keywords.join() === KEYWORDS.join();
}

function isBeyondAscii(value: unknown): boolean {
  return /[^\0-\x7f]/.test(JSON.stringify(value) ?? '');
}

function isHonest(key: string, set: RecordSet, signedZones: readonly string[]): boolean {
  const [type = '', name = ''] = key.split(' ');
  const isSigned = signedZones.some((zone) => isAtOrBelow(name, zone === '.' ? '' : zone));
  // A domain that is an alias stands in its parent's zone, and all our top-level domains are signed.
  if (type === 'AAAA' || (type === 'CNAME' && !isSigned && name.split('.').length === 2)) return false;
  if (isList(set)) return set.every((record) => !record.startsWith('#'));
  return set.records === undefined && (set.fails === 'servfail' || (set.fails === 'bogus' && isSigned));
}

function isList(set: RecordSet): set is readonly string[] {
  return Array.isArray(set);
}
