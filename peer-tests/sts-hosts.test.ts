/* Three readers look for the policies of the same domains, at the same servers: we, mta-sts-query, and mailauth. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askMailauth, type MailauthPolicy } from './mailauth.js';
import { type MtaStsQuery, mtaStsQuery } from './mta-sts-query.js';
import { type StsHost, stsHosts } from './sts-hosts.js';
import {
  idOf,
  mailauthVerdict,
  ourVerdict,
  queryVerdict,
  type StsInternet,
  startStsInternet,
} from './sts-internet.js';

let internet: StsInternet;
let query: MtaStsQuery;
let fromMailauth: ReadonlyMap<string, MailauthPolicy>;
const seen: string[] = [];

beforeAll(async () => {
  internet = await startStsInternet(stsHosts);
  query = await mtaStsQuery(internet.resolver, internet.caFile);
  const { address, port } = internet.resolver;
  const answers = await askMailauth(
    stsHosts.map(({ name }) => ({
      kind: 'domain',
      domain: `${name}.example`,
      known: null,
      server: `${address}:${port}`,
    })),
    internet.caFile,
  );
  fromMailauth = new Map(stsHosts.map(({ name }, at) => [name, answers[at] as MailauthPolicy]));
});
afterAll(async () => {
  console.log(['we            | mta-sts-query | mailauth', ...seen.sort()].join('\n'));
  await query?.stop();
  await internet?.stop();
});

const TITLE =
  '(STS-3.2-1, STS-3.2-2, STS-3.2-3, STS-3.3-1, STS-3.3-2, STS-3.3-3, STS-3.3-5, STS-3.3-6, STS-3.3-10, STS-7.1-2)';

describe.concurrent(`mta-sts-query, mailauth and we ${TITLE}`, () => {
  it.each(stsHosts.map((host) => [host.name, host] as const))('%s', async (name, host) => {
    const domain = `${name}.example`;
    const [found, queried] = await Promise.all([internet.look(domain), query.ask(domain)]);
    const mailauth = fromMailauth.get(name)!;
    const verdicts = {
      ours: ourVerdict(found),
      query: queryVerdict(queried),
      mailauth: mailauthVerdict(mailauth),
    };
    seen.push(inOneLine(host, verdicts));
    const { expected, differs } = host;
    expect(verdicts, `${queried.output}${JSON.stringify([found, mailauth])}`).toEqual({
      ours: expected,
      query: differs?.query ?? expected,
      mailauth: differs?.mailauth ?? expected,
    });
    if (found.known.kind !== 'policy') return;
    const { mx, maxAgeSeconds } = found.known.policy;
    if (verdicts.query === expected) expect(queried).toMatchObject({ mx, maxAgeSeconds });
    if (verdicts.mailauth === expected) expect(mailauth).toMatchObject({ mx, maxAgeSeconds });
  });
});

describe('mta-sts-query', () => {
  it('asks for no policy again whose id it knows, as we do (STS-3-1)', async () => {
    const known = idOf('enforce');
    expect(await query.ask('enforce.example', known)).toMatchObject({ result: 'NOT_CHANGED' });
    const policy = { mode: 'enforce', mx: ['mx.a.example'], maxAgeSeconds: 86_400, lines: [] } as const;
    const cached = { id: known, policy, fetchedAt: Date.now() - 1000 };
    const found = await internet.look('enforce.example', { kind: 'read', cached, failure: null });
    expect(found).toMatchObject({ verdict: 'use-cached', fetched: null });
  });
});

function inOneLine({ name, differs }: StsHost, verdicts: Readonly<Record<string, string>>): string {
  const { ours, query: theirs, mailauth } = verdicts;
  const columns = [ours!, theirs!, mailauth!].map((verdict) => verdict.padEnd(13)).join(' | ');
  return `${columns} | ${name}${differs === undefined ? '' : `: ${differs.why}`}`;
}
