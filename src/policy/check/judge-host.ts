import type { DnsAnswer } from '../dns/answer.js';
import { causeInWords } from '../dns/cause-words.js';
import { classOf, textOf } from '../smtp/reply.js';
import type { HostFacts, Visit } from './facts.js';
import type { Finding } from './finding.js';
import { raiseHost } from './findings.js';
import type { HostSurvey, Survey } from './survey.js';
import { listOf, lossInWords, quoted } from './wording.js';

/** Whether the mail hosts have addresses, and whether these answer. */
export function judgeHosts({ hosts, facts }: Survey): readonly Finding[] {
  const findings = hosts.flatMap((host) => judgeHost(host, facts.port));
  const nobody = hosts.length > 0 && hosts.every(({ addresses }) => addresses.kind === 'none');
  return nobody ? [...findings, raiseHost('no-host-has-address')] : findings;
}

function judgeHost({ facts, addresses }: HostSurvey, port: number): readonly Finding[] {
  const { host } = facts;
  const findings = facts.source === 'mx' ? [...judgeAlias(facts)] : [];
  if (addresses.kind === 'none') return [...findings, raiseHost('host-no-address', { host })];
  if (addresses.kind === 'failed') return [...findings, judgeFailure(facts)];
  return [
    ...findings,
    ...judgeFamilies(facts),
    ...facts.visits.flatMap(({ address, visit }) => judgeVisit(host, address, visit, port)),
    ...judgeLeftOut(facts),
    ...answering(facts),
  ];
}

function judgeAlias({ host, addresses: { a, aaaa } }: HostFacts): readonly Finding[] {
  const target = [a, aaaa].flatMap((answer) => (answer.kind === 'failed' ? [] : answer.aliases)).at(-1);
  return target === undefined ? [] : [raiseHost('host-alias', { host, values: { target } })];
}

function judgeFailure({ host, addresses: { a, aaaa } }: HostFacts): Finding {
  const failures = [a, aaaa].flatMap((answer) => (answer.kind === 'failed' ? [answer] : []));
  const bogus = failures.find(({ cause }) => cause === 'bogus');
  if (bogus !== undefined) return raiseHost('host-bogus', { host, values: { cause: causeInWords(bogus) } });
  return raiseHost('host-unknown', { host, values: { cause: causeInWords(failures[0]!) } });
}

function judgeFamilies({ host, addresses: { a, aaaa } }: HostFacts): readonly Finding[] {
  return [
    ...(isDenied(aaaa) ? [raiseHost('host-without-ipv6', { host })] : []),
    ...(isDenied(a) ? [raiseHost('host-without-ipv4', { host })] : []),
  ];
}

const isDenied = (answer: DnsAnswer<string>) => answer.kind !== 'failed' && answer.records.length === 0;

function judgeVisit(host: string, address: string, visit: Visit, port: number): readonly Finding[] {
  switch (visit.kind) {
    case 'left-out':
      return visit.cause === 'private-address' ? [raiseHost('host-private-address', { host, address })] : [];
    case 'not-connected': {
      const id = visit.cause === 'refused' || visit.cause === 'reset' ? 'address-refuses' : 'address-silent';
      return [raiseHost(id, { host, address, values: { port, cause: NOT_CONNECTED[visit.cause] } })];
    }
    case 'lost':
      return [
        raiseHost('address-no-smtp', {
          host,
          address,
          values: { stage: STAGES[visit.stage], cause: lossInWords(visit.cause) },
        }),
      ];
    case 'rejected': {
      const id = classOf(visit.reply) === '4yz' ? 'address-rejects-for-now' : 'address-rejects';
      const stage = STAGES[visit.stage];
      const reply = quoted(`${visit.reply.code} ${textOf(visit.reply)}`);
      return [raiseHost(id, { host, address, values: { stage, reply } })];
    }
    case 'no-starttls':
    case 'tls-failed':
    case 'secured':
      return [];
  }
}

const STAGES = { greeting: 'a connection', hello: 'EHLO' } as const;

const NOT_CONNECTED: Readonly<Record<Extract<Visit, { kind: 'not-connected' }>['cause'], string>> = {
  refused: 'the connection is refused',
  timeout: 'no answer in time',
  unreachable: 'there is no way to it',
  reset: 'the connection is broken off',
  proxy: 'the proxy does not lead there',
  other: 'the system gives no usual reason',
};

function judgeLeftOut({ host, visits }: HostFacts): readonly Finding[] {
  const leftOut = visits.flatMap(({ address, visit }) =>
    visit.kind === 'left-out' && visit.cause === 'bound' ? [address] : [],
  );
  if (leftOut.length === 0) return [];
  return [raiseHost('host-addresses-left-out', { host, values: { addresses: listOf(leftOut) } })];
}

function answering({ host, visits }: HostFacts): readonly Finding[] {
  const addresses = visits.flatMap(({ address, visit }) => (speaksSmtp(visit) ? [address] : []));
  if (addresses.length === 0) return [];
  return [raiseHost('host-answers', { host, values: { addresses: listOf(addresses) } })];
}

function speaksSmtp({ kind }: Visit): boolean {
  return kind === 'no-starttls' || kind === 'tls-failed' || kind === 'secured';
}
