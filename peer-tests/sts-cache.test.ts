/*
 * What a policy from an earlier look is worth, to mailauth and to us: each sort of kept policy, before each sort of record and
 * of fetch, over real DNS and HTTPS.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CachedPolicy } from '../src/policy/index.js';
import { askMailauth, type KnownPolicy, type MailauthPolicy } from './mailauth.js';
import { GOOD, type StsHost } from './sts-hosts.js';
import { type Found, idOf, type StsInternet, startStsInternet } from './sts-internet.js';

interface Kept {
  readonly mode: 'enforce' | 'testing' | 'none';
  readonly id: 'same' | 'other';
  readonly age: 'current' | 'expired';
}

const hosts: readonly Pick<StsHost, 'name' | 'records' | 'serves'>[] = [
  { name: 'served', serves: GOOD },
  { name: 'served-none', serves: 'version: STSv1\nmode: none\nmax_age: 60\n' },
  { name: 'not-served', serves: { status: 404 } },
  { name: 'badly-served', serves: 'hello' },
  { name: 'no-record', records: [], serves: GOOD },
  { name: 'two-records', records: ['v=STSv1; id=a', 'v=STSv1; id=b'], serves: GOOD },
  { name: 'bad-record', records: ['v=STSv1; id=!'], serves: GOOD },
  { name: 'dns-failure', records: { fails: 'servfail' }, serves: GOOD },
];
const kept: readonly (Kept | null)[] = [
  null,
  ...(['enforce', 'testing', 'none'] as const).flatMap((mode) =>
    (['same', 'other'] as const).flatMap((id) =>
      (['current', 'expired'] as const).map((age) => ({ mode, id, age })),
    ),
  ),
];
const situations = hosts.flatMap(({ name }) => kept.map((each) => ({ name, kept: each })));
type Situation = (typeof situations)[number];

const LIFE_SECONDS = 86_400;
/** Of the kept policy; the served one has another. */
const KEPT_MX = ['kept.a.example'];

let internet: StsInternet;
let mailauth: readonly MailauthPolicy[];
const ours: Found[] = [];

beforeAll(async () => {
  internet = await startStsInternet(hosts.map((host) => ({ ...host, expected: 'no-policy' })));
  const { address, port } = internet.resolver;
  const questions = situations.map((situation) => ({
    kind: 'domain' as const,
    domain: `${situation.name}.example`,
    known: keptByMailauth(situation),
    server: `${address}:${port}`,
  }));
  mailauth = (await askMailauth(questions, internet.caFile)) as readonly MailauthPolicy[];
  for (const situation of situations) {
    const cached = keptByUs(situation);
    ours.push(await internet.look(`${situation.name}.example`, { kind: 'read', cached, failure: null }));
  }
});
afterAll(() => internet?.stop());

function fetchedAt({ age }: Kept): number {
  return Date.now() - (age === 'current' ? LIFE_SECONDS / 2 : LIFE_SECONDS * 2) * 1000;
}

function idIn({ name, kept: each }: Situation): string {
  return each?.id === 'same' ? idOf(name) : 'earlier';
}

function keptByUs(situation: Situation): CachedPolicy | null {
  const { kept: each } = situation;
  if (each === null) return null;
  const policy = { mode: each.mode, mx: KEPT_MX, maxAgeSeconds: LIFE_SECONDS, lines: [] };
  return { id: idIn(situation), policy, fetchedAt: fetchedAt(each) };
}

function keptByMailauth(situation: Situation): KnownPolicy | null {
  const { kept: each } = situation;
  if (each === null) return null;
  const expires = new Date(fetchedAt(each) + LIFE_SECONDS * 1000).toISOString();
  return { id: idIn(situation), mode: each.mode, mx: KEPT_MX, expires };
}

describe('a kept policy', () => {
  it('is worth the same to mailauth and to us, in every situation (STS-3-1, STS-3.1-5, STS-3.1-10, STS-3.2-9, STS-3.3-11, STS-3.3-12, STS-5.1-1, STS-8.3-1)', () => {
    const inWords = (worths: readonly string[]) =>
      situations.map((situation, at) => `${titleOf(situation)}: ${worths[at]}`);
    const theirs = mailauth.map(({ mode, mx }) => worthOf(mode, mx));
    const explained = situations.map((situation, at) =>
      weDefer(situation) ? `${theirs[at]}, where we defer` : theirs[at]!,
    );
    expect(inWords(ours.map((found) => worthInForce(found)))).toEqual(inWords(explained));
  });

  it('was seen in force, replaced, and run out', () => {
    const worths = new Set(ours.map((found) => worthInForce(found)));
    expect([...worths].sort()).toEqual([
      'enforce kept.a.example',
      'enforce mx.a.example',
      'nothing',
      'nothing, where we defer',
      'testing kept.a.example',
    ]);
  });
});

/** mailauth goes on when a lookup has failed and nothing is in force; we ask again later (setting stsLookupFailure). */
function weDefer({ name, kept: each }: Situation): boolean {
  return name === 'dns-failure' && each?.age !== 'current';
}

function worthInForce({ verdict, known }: Found): string {
  if (verdict === 'defer') return 'nothing, where we defer';
  return known.kind === 'policy' ? worthOf(known.policy.mode, known.policy.mx) : 'nothing';
}

/** Mode none demands as much as no policy at all. */
function worthOf(mode: string, mx: readonly string[]): string {
  return mode === 'none' ? 'nothing' : `${mode} ${mx.join(',')}`;
}

function titleOf({ name, kept: each }: Situation): string {
  return `${each === null ? 'nothing' : `${each.age} ${each.mode} of the ${each.id} id`} before ${name}`;
}
