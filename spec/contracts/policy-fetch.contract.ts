import { expect } from 'vitest';
import type { Certificate, PolicyHost, World } from '../../src/adapters/scripted/index.js';
import type { AskOf, FetchAnswer } from '../../src/effects/catalog.js';
import { describeContract, type Exceptions } from './clauses.fixture.js';
import { journalled } from './journalled.fixture.js';
import type { Start, Subject } from './subject.fixture.js';

type FetchSubject = Pick<Subject, 'fetch' | 'httpsPort' | 'addressOf'>;

const HOST = 'mta-sts.a.example';
const POLICY = 'version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 86400\n';
const OCTETS_MAX = 1000;
const DEADLINE_MS = 120_000;

const host = (behaviour: PolicyHost, certificate: Certificate = {}): PolicyHost => ({
  body: POLICY,
  ...behaviour,
  certificate: { names: [HOST], ...certificate },
});

const HOSTS = {
  good: host({}),
  crlf: host({ body: POLICY.replaceAll('\n', '\r\n') }),
  utf8: host({ body: 'caf\u00e9 \u2713' }),
  empty: host({ body: '' }),
  missing: host({ status: 404, body: 'not found', mediaType: 'text/html' }),
  moved: host({ status: 302, location: `https://${HOST}/elsewhere`, body: 'moved' }),
  broken: host({ status: 503, body: POLICY }),
  created: host({ status: 201, body: POLICY }),
  html: host({ mediaType: 'text/html; charset=utf-8' }),
  exact: host({ bodyOctets: OCTETS_MAX }),
  large: host({ bodyOctets: OCTETS_MAX + 1 }),
  endless: host({ bodyOctets: 50_000_000 }),
  announced: host({ body: '\u00e9'.repeat(OCTETS_MAX / 2 + 1) }),
  'another-name': host({}, { names: ['mta-sts.b.example', 'a.example'] }),
  'common-name': host({}, { names: [], commonName: HOST }),
  wildcard: host({}, { names: ['*.a.example'] }),
  'high-wildcard': host({}, { names: ['*.example'] }),
  'part-wildcard': host({}, { names: ['mta-*.a.example'] }),
  intermediate: host({}, { issuer: 'intermediate' }),
  'leaf-only': host({}, { issuer: 'intermediate', sends: 'leaf-only' }),
  'self-signed': host({}, { issuer: 'self' }),
  private: host({}, { issuer: 'private-ca' }),
  expired: host({}, { validity: 'expired' }),
  early: host({}, { validity: 'not-yet-valid' }),
  'expired-stranger': host({}, { validity: 'expired', names: ['b.example'] }),
  silent: host({ connect: 'silent' }),
  refusing: host({ connect: 'refuse' }),
} satisfies Record<string, PolicyHost>;
const world: World = { dns: {}, policy: HOSTS };

const response = (body: string, status = 200, mediaType = 'text/plain'): FetchAnswer => ({
  kind: 'response',
  status,
  mediaType,
  body,
});
const failed = (cause: Extract<FetchAnswer, { kind: 'failed' }>['cause'], code: string): FetchAnswer => ({
  kind: 'failed',
  cause,
  code,
});
const TIMEOUT = failed('timeout', 'ETIMEDOUT');
const REFUSED = failed('connect', 'ECONNREFUSED');
const WRONG_NAME = failed('certificate', 'ERR_TLS_CERT_ALTNAME_INVALID');
const TOO_LARGE = failed('too-large', 'ERR_BODY_TOO_LARGE');

type HostId = keyof typeof HOSTS;

function clausesOf(subject: () => FetchSubject) {
  const fetchFrom = (
    ids: readonly HostId[],
    own: Partial<AskOf<'policy.fetch'>> = {},
    signal = new AbortController().signal,
  ): Promise<FetchAnswer> => {
    const { fetch, httpsPort, addressOf } = subject();
    const ask = { host: HOST, port: httpsPort, bytesMax: OCTETS_MAX, deadlineMs: DEADLINE_MS };
    const addresses = ids.map(addressOf);
    return journalled('policy.fetch', fetch({ ...ask, addresses, ...own }, signal));
  };
  const gives =
    (id: HostId, answer: FetchAnswer, own: Partial<AskOf<'policy.fetch'>> = {}) =>
    async () =>
      expect(await fetchFrom([id], own)).toEqual(answer);

  return {
    'a policy is a body, as it came': gives('good', response(POLICY)),
    'line ends are kept': gives('crlf', response(POLICY.replaceAll('\n', '\r\n'))),
    'the body is UTF-8': gives('utf8', response('caf\u00e9 \u2713')),
    'an empty body is a body': gives('empty', response('')),
    'the media type is told, not judged': gives('html', response(POLICY, 200, 'text/html; charset=utf-8')),
    'a missing policy is a status, without its body': gives('missing', response('', 404, 'text/html')),
    'redirects are not followed (RFC 8461, Section 3.3)': gives('moved', response('', 302)),
    'a server in trouble is a status': gives('broken', response('', 503)),
    'no other success has a body': gives('created', response('', 201)),

    'as many octets as allowed': gives('exact', response('x'.repeat(OCTETS_MAX))),
    'one octet too many': gives('large', TOO_LARGE),
    'a body without end': gives('endless', TOO_LARGE),
    'octets are counted, not characters': gives('announced', TOO_LARGE),

    'a certificate of another name': gives('another-name', WRONG_NAME),
    'a common name is no name': gives('common-name', WRONG_NAME),
    'a wildcard stands for one label': gives('wildcard', response(POLICY)),
    'a wildcard stands for no more than one label': gives('high-wildcard', WRONG_NAME),
    'a wildcard stands for no part of a label': gives('part-wildcard', WRONG_NAME),
    'an intermediate is sent along': gives('intermediate', response(POLICY)),
    'an intermediate is missing': gives(
      'leaf-only',
      failed('certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    ),
    'a self-signed certificate': gives('self-signed', failed('certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT')),
    'a CA that nobody trusts': gives('private', failed('certificate', 'SELF_SIGNED_CERT_IN_CHAIN')),
    'an expired certificate': gives('expired', failed('certificate', 'CERT_HAS_EXPIRED')),
    'a certificate that is not valid yet': gives('early', failed('certificate', 'CERT_NOT_YET_VALID')),
    'an expired certificate of another name': gives(
      'expired-stranger',
      failed('certificate', 'CERT_HAS_EXPIRED'),
    ),

    'a silent host uses the deadline up': gives('silent', TIMEOUT, { deadlineMs: 200 }),
    'a host that refuses': gives('refusing', REFUSED),
    'a port that refuses': gives('good', REFUSED, { port: 1 }),
    'no address at all': gives('good', failed('connect', 'ERR_NO_ADDRESS'), { addresses: [] }),
    'the next address is tried where one refuses': async () => {
      expect(await fetchFrom(['refusing', 'good'])).toEqual(response(POLICY));
      expect(await fetchFrom(['refusing', 'refusing', 'missing'])).toEqual(response('', 404, 'text/html'));
      expect(await fetchFrom(['refusing', 'refusing'])).toEqual(REFUSED);
    },
    'no other address is tried where one has answered': async () => {
      expect(await fetchFrom(['missing', 'good'])).toEqual(response('', 404, 'text/html'));
      expect(await fetchFrom(['expired', 'good'])).toEqual(failed('certificate', 'CERT_HAS_EXPIRED'));
      expect(await fetchFrom(['large', 'good'])).toEqual(TOO_LARGE);
    },
    'fetches at once are answered each for itself': async () => {
      const ids = Object.keys(HOSTS).filter((id) => id !== 'silent') as HostId[];
      const together = await Promise.all(ids.map((id) => fetchFrom([id])));
      for (const [index, id] of ids.entries()) expect(await fetchFrom([id]), id).toEqual(together[index]);
    },

    'gives up when the signal aborts': async () => {
      expect(await fetchFrom(['good'], {}, AbortSignal.abort())).toEqual(TIMEOUT);
      expect(await fetchFrom(['silent'], { deadlineMs: 600_000 }, AbortSignal.timeout(20))).toEqual(TIMEOUT);
    },
    'answers also where the signal has aborted': async () => {
      const ids = Object.keys(HOSTS) as HostId[];
      await Promise.all(ids.map((id) => fetchFrom([id], {}, AbortSignal.abort())));
      await fetchFrom([], {}, AbortSignal.abort());
    },
  };
}

/** Holds what fetches policies to the contract of `policy.fetch`. */
export function policyFetchContract(
  adapter: string,
  start: Start<keyof FetchSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describeContract(`policy.fetch: ${adapter}`, () => start(world), clausesOf, exceptions);
}
