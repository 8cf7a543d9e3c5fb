/* What DNS says of the destination and of its hosts. */

import { recommendedLines } from '../../../policy/check/tlsa-publish.js';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { isUsable } from '../../../policy/dane/usability.js';
import type { DnsAnswer } from '../../../policy/dns/answer.js';
import { ownerOfFailure } from '../../../policy/explain/values.js';
import { readFetch } from '../../../policy/mta-sts/fetch.js';
import { judgeMx } from '../../../policy/mx/discover.js';
import { scopeOf } from '../../../policy/names/address-scope.js';
import type { AnswerOf } from '../../catalog.js';
import { type Asked, answerTo, type Edit, editOfAnswers, type Supposed, type WorldAnswer } from '../edit.js';
import { denied, found, keyRecord, someAddresses } from '../well-kept.js';

/** What the owner of a zone, or of a resolver, would have to change in the answer to one question. */
export function lookupEdits(asked: Asked, run: Supposed): readonly Edit[] {
  switch (asked.ask.type) {
    case 'dns.mx':
      return mxEdits(asked.key, asked.ask.name, asked.answer as AnswerOf<'dns.mx'> | null, run);
    case 'dns.txt':
      return recordEdits(asked.key, asked.ask.name, asked.answer as AnswerOf<'dns.txt'> | null, run);
    case 'dns.cname':
      return aliasEdits(asked.key, asked.ask.name, asked.answer as AnswerOf<'dns.cname'> | null);
    case 'dns.addresses':
      return addressEdits(asked.key, asked.ask.name, asked.answer as AnswerOf<'dns.addresses'> | null, run);
    case 'dns.tlsa':
      return tlsaEdits(asked, run);
    default:
      return [];
  }
}

/** Where every lookup failed alike, it is our own resolver that has to answer. */
export function resolverEdits({ asked }: Supposed): readonly Edit[] {
  const answers = asked.filter(({ ask }) => ask.type.startsWith('dns.'));
  const failures = answers.flatMap((each) => causeOf(each.answer) ?? []);
  const [cause] = failures;
  if (cause === undefined || failures.length < 2 || failures.length < answers.length) return [];
  if (failures.some((each) => each !== cause)) return [];
  const repaired = answers.map(({ key, ask }) => [
    key,
    () => answered(ask.type, 'name' in ask ? ask.name : ''),
  ]);
  return [
    editOfAnswers(
      {
        ...{ key: 'resolver', by: 'resolver', kind: 'repair' },
        says: `See that our resolver answers: all ${failures.length} lookups failed alike (${cause}).`,
        assumes: answers.flatMap(({ ask }) => assumedOf(ask.type, 'name' in ask ? ask.name : '')),
      },
      Object.fromEntries(repaired),
    ),
  ];
}

function causeOf(answer: WorldAnswer | null): string | null {
  if (answer === null) return null;
  if ('a' in answer)
    return answer.a.kind === 'failed' && answer.aaaa.kind === 'failed' ? answer.a.cause : null;
  return 'kind' in answer && answer.kind === 'failed' && 'extendedError' in answer ? answer.cause : null;
}

/** What a lookup that failed would have said, where nothing is out of the ordinary. */
function answered(type: string, name: string): WorldAnswer {
  switch (type) {
    case 'dns.mx':
      return found('insecure', [{ preference: 10, exchange: name }]);
    case 'dns.addresses':
      return someAddresses('insecure');
    case 'dns.tlsa':
      return denied('secure');
    default:
      return denied('insecure');
  }
}

function assumedOf(type: string, name: string): readonly string[] {
  switch (type) {
    case 'dns.mx':
      return [`The MX records of ${name} name a host that takes the message.`];
    case 'dns.txt':
      return [`There is no MTA-STS record at ${name}.`];
    case 'dns.addresses':
      return [`${name} has an address that can be reached.`];
    case 'dns.tlsa':
      return [`There are no TLSA records at ${name}, or they match.`];
    default:
      return [];
  }
}

/** The lookup is answered. */
function answerEdit(
  key: string,
  type: string,
  name: string,
  answer: DnsAnswer<unknown>,
  what: string,
): readonly Edit[] {
  if (answer.kind !== 'failed') return [];
  const by = ownerOfFailure(answer);
  const doubt =
    answer.cause === 'servfail'
      ? ' ("waxseal resolver check" tells whether our own resolver is to blame)'
      : '';
  const whose =
    by === 'resolver' ? 'See that our resolver can look up' : 'Mend the DNS, so that one can look up';
  return [
    editOfAnswers(
      {
        ...{ key: `${key} answered`, by, kind: 'repair' },
        says: `${whose} ${what} ${name}: the lookup failed (${answer.cause})${doubt}.`,
        assumes: assumedOf(type, name),
        ...(type === 'dns.mx' && { invents: name }),
      },
      { [key]: () => answered(type, name) },
    ),
  ];
}

/** A host that the kept policy of the domain lists, because one that it does not list would help nobody; null: none is kept. */
function hostListed({ asked }: Supposed): string | null {
  const answer = asked.find(({ ask }) => ask.type === 'policy-cache.read')?.answer;
  const cache = answer as AnswerOf<'policy-cache.read'> | null | undefined;
  const [pattern] = (cache?.kind === 'read' ? cache.cached?.policy.mx : null) ?? [];
  return pattern === undefined ? null : pattern.replace(/^\*\./, 'mail.');
}

function mxEdits(
  key: string,
  name: string,
  answer: AnswerOf<'dns.mx'> | null,
  run: Supposed,
): readonly Edit[] {
  const { input } = run;
  const listed = hostListed(run);
  const exchange = listed ?? name;
  const which = listed === null ? 'a mail host' : 'a mail host that its MTA-STS policy lists';
  if (answer === null) return [];
  if (answer.kind === 'failed') return answerEdit(key, 'dns.mx', name, answer, 'the MX records of');
  const edits: Edit[] = [];
  const isNull = answer.records.length > 0 && answer.records.every(({ exchange }) => exchange === '');
  if (isNull || answer.records.length === 0)
    edits.push(
      editOfAnswers(
        {
          ...{ key: `${key} published`, by: 'recipient', kind: 'repair' },
          says:
            answer.denial === 'nxdomain'
              ? `See that ${name}, which does not exist, exists and has an MX record that names ${which}.`
              : `Publish an MX record of ${name} that names ${which}${isNull ? ', in place of the null MX' : ''}.`,
          ...{ assumes: assumedOf('dns.mx', name), invents: exchange },
        },
        { [key]: () => found(answer.kind, [{ preference: 10, exchange }]) },
      ),
    );
  else if (judgeMx(answer, input.settings.ownHosts).verdict !== 'try-hosts')
    edits.push(
      editOfAnswers(
        {
          ...{ key: `${key} named`, by: 'recipient', kind: 'repair' },
          says: `Publish an MX record of ${name} that names a mail host, preferred to all of those there are.`,
          ...{ assumes: assumedOf('dns.mx', name), invents: name },
        },
        { [key]: () => found(answer.kind, [{ preference: 0, exchange: name }]) },
      ),
    );
  if (answer.kind === 'insecure') edits.push(signed(key, `the MX records of ${name}`, answer));
  return edits;
}

/** The same answer, validated. */
function signed(key: string, what: string, answer: DnsAnswer<unknown>): Edit {
  return editOfAnswers(
    {
      ...{ key: `${key} signed`, by: 'recipient', kind: 'repair' },
      says: `Sign with DNSSEC the zone that holds ${what}.`,
    },
    {
      [key]: (before: DnsAnswer<never> | null) =>
        ({ ...(before ?? (answer as DnsAnswer<never>)), kind: 'secure' }) as never,
    },
  );
}

function recordEdits(
  key: string,
  name: string,
  answer: AnswerOf<'dns.txt'> | null,
  run: Supposed,
): readonly Edit[] {
  if (answer === null) return [];
  if (answer.kind === 'failed') return answerEdit(key, 'dns.txt', name, answer, 'the MTA-STS record at');
  // A policy that was had is kept, whatever becomes of its record (RFC 8461, Section 3.3).
  const fetched = answerTo<'policy.fetch'>(run, 'policy.fetch');
  const isKept = fetched !== null && readFetch(fetched).kind === 'policy';
  if (answer.records.length === 0 || isKept) return [];
  return [
    editOfAnswers(
      {
        ...{ key: `${key} withdrawn`, by: 'recipient', kind: 'concession' },
        says: `Take away the MTA-STS record at ${name}.`,
      },
      { [key]: () => denied(answer.kind) },
    ),
  ];
}

function aliasEdits(key: string, name: string, answer: AnswerOf<'dns.cname'> | null): readonly Edit[] {
  return answer === null ? [] : answerEdit(key, 'dns.cname', name, answer, 'whether there is an alias at');
}

function addressEdits(
  key: string,
  name: string,
  answer: AnswerOf<'dns.addresses'> | null,
  { input }: Supposed,
): readonly Edit[] {
  if (answer === null) return [];
  const { a, aaaa } = answer;
  const records = [a, aaaa].flatMap((each) => (each.kind === 'failed' ? [] : each.records));
  const failed = a.kind === 'failed' ? a : aaaa;
  if (records.length === 0 && failed.kind === 'failed')
    return answerEdit(key, 'dns.addresses', name, failed, 'the addresses of');
  const edits: Edit[] = [];
  const isNowhere = records.every((address) => scopeOf(address) === 'unusable');
  if (isNowhere || input.settings.privateAddresses === 'refuse')
    edits.push(
      editOfAnswers(
        {
          ...{ key: `${key} public`, by: 'recipient', kind: 'repair' },
          says:
            records.length === 0
              ? `Publish an address record of ${name}.`
              : `Publish an address of ${name} that can be reached from the internet.`,
          assumes: assumedOf('dns.addresses', name),
        },
        { [key]: () => someAddresses(a.kind === 'secure' && aaaa.kind === 'secure' ? 'secure' : 'insecure') },
      ),
    );
  if (records.length > 0 && [a, aaaa].some((each) => each.kind === 'insecure' && each.records.length > 0))
    edits.push(
      editOfAnswers(
        {
          ...{ key: `${key} signed`, by: 'recipient', kind: 'repair' },
          says: `Sign with DNSSEC the zone that holds the addresses of ${name}.`,
        },
        {
          [key]: (before: AnswerOf<'dns.addresses'> | null) => {
            const known = before ?? answer;
            return { a: secured(known.a), aaaa: secured(known.aaaa) };
          },
        },
      ),
    );
  return edits;
}

function secured(answer: DnsAnswer<string>): DnsAnswer<string> {
  return answer.kind === 'failed' ? answer : { ...answer, kind: 'secure' };
}

function tlsaEdits({ key, ask, answer }: Asked, run: Supposed): readonly Edit[] {
  if (ask.type !== 'dns.tlsa' || answer === null) return [];
  const known = answer as AnswerOf<'dns.tlsa'>;
  if (known.kind === 'failed') return answerEdit(key, 'dns.tlsa', ask.name, known, 'the TLSA records at');
  const edits: Edit[] = [publishEdit(key, ask.name, known, run)];
  if (known.kind === 'insecure' && known.records.length > 0)
    edits.push(signed(key, `the TLSA records at ${ask.name}`, known));
  if (known.kind === 'secure' && known.records.length > 0)
    edits.push(
      editOfAnswers(
        {
          ...{ key: `${key} withdrawn`, by: 'recipient', kind: 'concession' },
          says: `Take away the TLSA records at ${ask.name}.`,
        },
        { [key]: () => denied('secure') },
      ),
    );
  return edits;
}

/** The record that describes what the host presents, as a line of its zone file, where that is known. */
function publishEdit(
  key: string,
  name: string,
  answer: Exclude<AnswerOf<'dns.tlsa'>, { kind: 'failed' }>,
  run: Supposed,
): Edit {
  const [, port = '25', base = name] = /^_(\d+)\._tcp\.(.*)$/.exec(name) ?? [];
  const at = run.asked.findIndex((each) => each.key === key);
  const { host } = run.asked[at]!;
  const seen = run.asked.find((each) => each.ask.type === 'peer.inspect' && each.host === host);
  const peer = seen?.answer as AnswerOf<'peer.inspect'> | undefined;
  const leaf = peer?.kind === 'presented' && !/^0+$/.test(peer.chain[0].spkiSha256) ? peer.chain[0] : null;
  const line = leaf === null ? null : recommendedLines(base, Number(port), [leaf]);
  const stands = answer.records.length === 0 ? '' : ` in place of what stands at ${name}`;
  const digest = leaf ?? { spkiSha256: '0'.repeat(64) };
  return editOfAnswers(
    {
      ...{ key: `${key} published`, by: 'recipient', kind: 'repair' },
      says:
        line === null
          ? `Publish a TLSA record at ${name} that describes the key of the host${stands}.`
          : `Publish "${line}"${stands}, once it is certain that this is the key of ${host} and not somebody else's.`,
    },
    {
      [key]: () =>
        found<TlsaRecord>(answer.records.some(isUsable) ? 'secure' : answer.kind, [keyRecord(digest)]),
    },
  );
}
