/* What may come of one recipient, as stories that any host can tell its queue: each is a domain `NAME.test`. */
import type { World } from '../src/testing/index.js';

interface HostStory {
  readonly dns?: World['dns'];
  readonly mail?: NonNullable<World['mail']>[string];
  readonly policy?: string;
  readonly signed?: boolean;
  /** Its recipients; default: `u` and `v`. */
  readonly users?: readonly string[];
}

const ENFORCED = (mx: string) => `version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 86400\n`;
const TESTING = (mx: string) => `version: STSv1\nmode: testing\nmx: ${mx}\nmax_age: 86400\n`;

/** Each is a domain of its own, and its only host. */
export const HOST_STORIES: Readonly<Record<string, HostStory>> = {
  plain: {},
  'no-starttls': { mail: { starttls: 'not-offered' } },
  'broken-tls': { mail: { starttls: 'broken' } },
  'tls-not-now': { mail: { starttls: '454 4.7.0 TLS not available' } },
  dane: { signed: true, dns: { TLSA: ['3 1 1 @'] } },
  'dane-mismatch': { signed: true, dns: { TLSA: [`3 1 1 ${'00'.repeat(32)}`] } },
  'dane-no-starttls': { signed: true, dns: { TLSA: ['3 1 1 @'] }, mail: { starttls: 'not-offered' } },
  'dane-unusable': { signed: true, dns: { TLSA: [`1 1 1 ${'00'.repeat(32)}`] } },
  'dane-lookup-fails': { signed: true, dns: { TLSA: { fails: 'servfail' } } },
  'sts-enforced': { policy: ENFORCED('mx.sts-enforced.test') },
  'sts-other-mx': { policy: ENFORCED('elsewhere.test') },
  'sts-bad-certificate': {
    policy: ENFORCED('*.sts-bad-certificate.test'),
    mail: { certificate: { issuer: 'private-ca' } },
  },
  'sts-no-starttls': { policy: ENFORCED('*.sts-no-starttls.test'), mail: { starttls: 'not-offered' } },
  'sts-testing': { policy: TESTING('elsewhere.test') },
  refused: { mail: { replies: { rcpt: { '*': '550 5.1.1 no such user' } } } },
  later: { mail: { replies: { rcpt: { '*': '451 4.2.0 greylisted' } } } },
  'full-452': { mail: { replies: { rcpt: { '*': '452 4.2.2 mailbox full' } } } },
  'refused-mail': { mail: { replies: { mail: '550 5.7.1 not you' } } },
  'some-refused': {
    users: ['u', 'gone', 'v', 'later'],
    mail: {
      replies: {
        rcpt: { 'gone@some-refused.test': '550 5.1.1 gone', 'later@some-refused.test': '451 4.2.0 later' },
      },
    },
  },
  'null-mx': { dns: { MX: ['0 .'] } },
  'mx-fails': { dns: { MX: { fails: 'servfail' } } },
  unreachable: { mail: { connect: 'refuse' } },
};

/** All of them in one internet. */
export function worldOfStories(): World {
  const dns: Record<string, NonNullable<World['dns']>[string]> = {};
  const mail: Record<string, NonNullable<World['mail']>[string]> = {};
  const policy: Record<string, NonNullable<World['policy']>[string]> = {};
  const signedZones: string[] = [];
  for (const [name, story] of Object.entries(HOST_STORIES)) {
    const domain = `${name}.test`;
    const host = `mx.${domain}`;
    dns[`MX ${domain}`] = story.dns?.MX ?? [`10 ${host}`];
    dns[`A ${host}`] = [`@${host}`];
    mail[host] = story.mail ?? {};
    if (story.signed === true) signedZones.push(domain);
    const tlsa = story.dns?.TLSA;
    if (tlsa !== undefined)
      dns[`TLSA ${host}`] = Array.isArray(tlsa)
        ? tlsa.map((record) => (record as string).replace('@', `@${host}`))
        : tlsa;
    if (story.policy === undefined) continue;
    dns[`TXT _mta-sts.${domain}`] = ['v=STSv1; id=1;'];
    dns[`A mta-sts.${domain}`] = [`@mta-sts.${domain}`];
    policy[`mta-sts.${domain}`] = { body: story.policy };
  }
  return { signedZones, dns, mail, policy };
}
