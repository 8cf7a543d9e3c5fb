/*
 * Which answers of a policy host hold a policy: each status, and each way to write a media type, over real HTTPS, to mailauth, to
 * our engine, and to the function that judges what an adapter has fetched.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFetch } from '../src/policy/mta-sts/fetch.js';
import { askMailauth, type MailauthPolicy } from './mailauth.js';
import { GOOD, type StsHost } from './sts-hosts.js';
import { mailauthVerdict, ourVerdict, type StsInternet, startStsInternet } from './sts-internet.js';

interface Response {
  readonly status: number;
  readonly mediaType: string;
}

const STATUSES = [
  ...[200, 201, 202, 203, 204, 206, 226, 299],
  ...[300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 406, 410, 429, 500, 502, 503, 599],
];
const MEDIA_TYPES = [
  'text/plain',
  'TEXT/PLAIN',
  'Text/Plain; Charset=UTF-8',
  'text/plain;charset=us-ascii',
  'text/plain ; charset=x',
  'text/plain\t;x=y',
  'text/plain;',
  'text/plain;;',
  'text/plain; a="b;c"',
  '',
  ';',
  'text',
  'text/',
  'text/*',
  '*/*',
  'text/html',
  'text/plainer',
  'text/plain-text',
  'text/x-plain',
  'xtext/plain',
  'text /plain',
  'text/ plain',
  'text/plain charset=utf-8',
  'text/plain, text/html',
  'text/html; x=text/plain',
  'application/text/plain',
  'application/octet-stream',
];
const responses: readonly Response[] = [
  ...STATUSES.map((status) => ({ status, mediaType: 'text/plain' })),
  ...MEDIA_TYPES.map((mediaType) => ({ status: 200, mediaType })),
];
const domainOf = (at: number) => `r-${at}`;
const hosts = responses.map(
  (response, at): StsHost => ({
    name: domainOf(at),
    serves: { ...response, body: GOOD },
    expected: 'no-policy',
  }),
);

let internet: StsInternet;
let theirs: readonly string[];

beforeAll(async () => {
  internet = await startStsInternet(hosts);
  const { address, port } = internet.resolver;
  const server = `${address}:${port}`;
  const answers = await askMailauth(
    hosts.map(({ name }) => ({ kind: 'domain', domain: `${name}.example`, known: null, server })),
    internet.caFile,
  );
  theirs = answers.map((answer) => mailauthVerdict(answer as MailauthPolicy));
});
afterAll(() => internet?.stop());

function inWords(verdicts: readonly string[]): readonly string[] {
  return responses.map(({ status, mediaType }, at) => `${status} ${mediaType}: ${verdicts[at]}`);
}

describe('mailauth and we', () => {
  it('take the same answers of a policy host for a policy (STS-3.2-2, STS-3.2-3, STS-3.3-5, STS-3.3-6)', async () => {
    const ours = await Promise.all(
      hosts.map(async ({ name }) => ourVerdict(await internet.look(`${name}.example`))),
    );
    expect(inWords(ours)).toEqual(inWords(theirs));
    expect(ours.filter((verdict) => verdict === 'enforce')).toHaveLength(10);
  });

  it('judge the same, whoever has fetched it (STS-3.2-2, STS-3.3-5)', () => {
    const ours = responses.map((response) =>
      readFetch({ kind: 'response', ...response, body: GOOD }).kind === 'policy' ? 'enforce' : 'no-policy',
    );
    expect(inWords(ours)).toEqual(inWords(theirs));
  });
});
