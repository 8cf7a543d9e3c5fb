/* Attempts of small stories, as they are counted. */
import { expect, it } from 'vitest';
import { scenarioGroups } from '../../../spec/scenarios/index.js';
import {
  daneDomain,
  plainDomain,
  REQUIRETLS_HOST,
  type Scenario,
  SIGNED,
  simulateScenario,
  stsDomain,
  together,
  twoHosts,
} from '../../testing/index.js';
import { attemptMetrics } from './attempt-metrics.js';
import { Registry } from './registry.js';

/** What is counted of stories, a line for each series that was met. */
async function counted(...scenarios: readonly Scenario[]): Promise<readonly string[]> {
  const registry = new Registry();
  const count = attemptMetrics(registry);
  for (const scenario of scenarios)
    for (const { journal } of simulateScenario(scenario).steps) count(journal);
  return (await registry.text())
    .split('\n')
    .filter((line) => !/_bucket|_sum|^#|^$/.test(line))
    .map((line) => line.replace('waxseal_', ''));
}

type Message = Partial<Scenario['steps'][number]['message']>;

const story = (world: Scenario['world'], message: Message = {}) =>
  counted({ name: 'x', world, steps: [{ message: { to: ['u@a.example'], ...message }, expect: [] }] });

it('what was asked, heard and begun is counted, each by what came of it', async () => {
  const lines = await story(daneDomain(['3 1 1 @mx.a.example']));
  expect(lines.filter((line) => !line.startsWith('judgements'))).toEqual([
    'attempt_seconds_count{attempt="1",transport="direct",tls="dane",outcome="delivered"} 1',
    'hosts_total{mx="secure"} 1',
    'statuses_total{status="2.0.0"} 1',
    'replies_total{command="greeting",code="220"} 1',
    'replies_total{command="EHLO",code="250"} 2',
    'replies_total{command="STARTTLS",code="220"} 1',
    'replies_total{command="MAIL",code="250"} 1',
    'replies_total{command="RCPT",code="250"} 1',
    'replies_total{command="DATA",code="354"} 1',
    'replies_total{command=".",code="250"} 1',
    'tls_sessions_total{protocol="TLSv1.3",cipher="TLS_AES_256_GCM_SHA384"} 1',
    'question_seconds_count{question="dns.mx",answer="secure"} 1',
    'question_seconds_count{question="dns.txt",answer="nxdomain"} 1',
    'question_seconds_count{question="policy-cache.read",answer="read"} 1',
    'question_seconds_count{question="dns.a",answer="secure"} 1',
    'question_seconds_count{question="dns.aaaa",answer="nodata"} 1',
    'question_seconds_count{question="dns.tlsa",answer="secure"} 1',
    'question_seconds_count{question="smtp.connect",answer="2yz"} 1',
    'question_seconds_count{question="smtp.hello",answer="2yz"} 2',
    'question_seconds_count{question="smtp.starttls",answer="2yz"} 1',
    'question_seconds_count{question="tls.handshake",answer="established"} 1',
    'question_seconds_count{question="peer.inspect",answer="presented"} 1',
    'question_seconds_count{question="smtp.send",answer="2yz"} 1',
    'question_seconds_count{question="smtp.quit",answer="closed"} 1',
  ]);
});

it.each<[string, Scenario['world'], Message, readonly string[]]>([
  [
    'TLS that was answered in clear',
    plainDomain({ starttls: 'closes' }),
    {},
    [
      'attempt_seconds_count{attempt="1",transport="direct",tls="clear",outcome="delivered"} 1',
      'judgements_total{table="tls-outcome",verdict="retry-in-clear",row="TOUT-2"} 1',
      'question_seconds_count{question="tls.handshake",answer="closed"} 1',
      'hosts_total{mx="insecure"} 1',
    ],
  ],
  [
    'TLSA records that cannot be looked up, and a host that is left alone for it',
    together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'servfail' } } }),
    {},
    [
      'attempt_seconds_count{attempt="1",transport="direct",tls="none",outcome="deferred"} 1',
      'judgements_total{table="dane-demand",verdict="unreachable",row="DANE-1"} 1',
      'question_seconds_count{question="dns.tlsa",answer="servfail"} 1',
    ],
  ],
  [
    'TLSA records of which none can be used',
    daneDomain(['0 0 1 00']),
    {},
    ['judgements_total{table="dane-demand",verdict="encrypt",row="DANE-3"} 1'],
  ],
  [
    'a policy that the sender has set aside',
    stsDomain('enforce', { certificate: { issuer: 'self' } }),
    { tlsRequiredNo: true },
    ['judgements_total{table="recipient-policy",verdict="overridden",row="OPT-2"} 1'],
  ],
  [
    'a policy that is fetched',
    stsDomain('enforce'),
    {},
    [
      'question_seconds_count{question="policy.fetch",answer="response"} 1',
      'question_seconds_count{question="policy-cache.write",answer="written"} 1',
    ],
  ],
  [
    'REQUIRETLS where nobody vouches for the host',
    plainDomain(REQUIRETLS_HOST),
    { requireTls: true },
    [
      'attempt_seconds_count{attempt="1",transport="direct",tls="none",outcome="bounced"} 1',
      'judgements_total{table="requiretls-demand",verdict="impossible",row="RTLS-8"} 1',
    ],
  ],
  [
    'a host that is down before one that is not, and recipients of whom one is refused',
    twoHosts(
      { connect: 'refuse' },
      { replies: { rcpt: { 'no@a.example': '550 5.1.1 nobody', 'odd@a.example': '599 5.99.1 odd' } } },
    ),
    { to: ['u@a.example', 'no@a.example', 'odd@a.example'] },
    [
      'attempt_seconds_count{attempt="1",transport="direct",tls="tls",outcome="mixed"} 1',
      'hosts_total{mx="insecure"} 2',
      'question_seconds_count{question="smtp.connect",answer="refused"} 1',
      'replies_total{command="RCPT",code="250"} 1',
      'replies_total{command="RCPT",code="550"} 1',
      'replies_total{command="RCPT",code="5yz"} 1',
      'statuses_total{status="5.1.1"} 1',
      'statuses_total{status="5.other"} 1',
    ],
  ],
])('%s', async (_, world, message, expected) => {
  expect(await story(world, message)).toEqual(expect.arrayContaining([...expected]));
});

it('whatever happens is counted, and names nobody', async () => {
  const scenarios = scenarioGroups.flatMap((group) => group.scenarios);
  const lines = await counted(...scenarios);
  const attempts = scenarios.flatMap(({ steps }) => steps).length;
  const total = (name: string) =>
    lines
      .filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  expect(total('attempt_seconds_count')).toBeGreaterThan(attempts / 2);
  expect(total('question_seconds_count{question="dns.mx"')).toBeGreaterThan(attempts / 2);
  expect(lines.filter((line) => /example|@|\d+\.\d+\.\d+\.\d/.test(line))).toEqual([]);
});
