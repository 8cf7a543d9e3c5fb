/*
 * Mutants that nobody can notice, with the reason. `npm run stryker` stops if one of them no longer exists, or if a test
 * notices it after all.
 */

export interface Survivor {
  readonly file: string;
  /** The line in which it begins, without the blanks around it. */
  readonly line: string;
  readonly code: string;
  readonly becomes: string;
  /** Why no test can notice it. */
  readonly why: string;
}

export const survivors: readonly Survivor[] = [
  {
    file: 'src/machine/attempt.asks.ts',
    line: "if (own?.kind === 'relay' && way === 'submit') return { relay: { ...own, name: transport!.name } };",
    code: "own?.kind === 'relay'",
    becomes: 'true',
    why: 'Mail is submitted to nobody but a relay; the compiler wants to be told.',
  },
  {
    file: 'src/policy/check/judge-mta-sts.ts',
    line: "if (fetch?.kind !== 'response' || fetched === null) return [];",
    code: "fetch?.kind !== 'response'",
    becomes: 'false',
    why: 'What was not served is no invalid policy, so that the line below answers the same; the compiler wants to be told.',
  },
  {
    file: 'src/policy/tls-report/tlsrpt-record.ts',
    line: "const mailbox = parseMailbox(address, () => '');",
    code: "''",
    becomes: '"Stryker was here!"',
    why: 'Only a domain that is not ASCII is asked for, and an address with one is refused by the next line.',
  },
  {
    file: 'src/services/queue/create-queue.ts',
    line: "const { store, bodies, engine, clock = Date.now, toAscii = () => '' } = options;",
    code: "''",
    becomes: '"Stryker was here!"',
    why: 'What is no domain name is refused as nothing is.',
  },
  {
    file: 'src/policy/tls-report/read/date-time.ts',
    line: "const [, day, month, year, hour, minute, second = '0', zone] = mail;",
    code: "'0'",
    becomes: '""',
    why: 'An empty text is the number 0 as well.',
  },
  {
    file: 'src/policy/tls-report/send/dkim-key.table.ts',
    line: "key: keyWord(texts, record?.get('p')?.replace(/\\s+/g, ''), publicKey),",
    code: "record?.get('p')?.replace",
    becomes: "record?.get('p').replace",
    why: 'Only a record with that tag is found; the compiler wants to be told.',
  },
  {
    file: 'src/services/queue/submitted-content.ts',
    line: '...(tlsRequired === undefined ? {} : { tlsRequired }),',
    code: 'tlsRequired === undefined',
    becomes: 'false',
    why: 'What is left out and what is undefined are the same to whoever reads it; the compiler tells them apart.',
  },
  {
    file: 'src/services/tls-report/read/in-pieces.ts',
    line: 'if (performance.now() - this.since < STRETCH_MS) return;',
    code: 'performance.now() - this.since < STRETCH_MS',
    becomes: 'performance.now() - this.since <= STRETCH_MS',
    why: 'Whether a pause of ten milliseconds comes at the very moment or behind it nobody sees.',
  },
  {
    file: 'src/services/queue/run-queue.ts',
    line: 'if (next !== null) doorkeeper.ringAt(next, clock(), lookEveryMs);',
    code: 'next !== null',
    becomes: 'true',
    why: 'Where nothing is due it is due in 1970, and for what is due already nobody rings; the compiler wants to be told.',
  },
  {
    file: 'src/services/queue/create-queue.ts',
    line: "return { kind: 'kept' };",
    code: "{ kind: 'kept' }",
    becomes: '{}',
    why: 'Whatever is not told to have failed is kept: the turn goes on as it was.',
  },
  {
    file: 'src/services/queue/intake.ts',
    line: "const { store, bodies, retry = DEFAULT_RETRY, clock = Date.now, toAscii = () => '', laneOf } = options;",
    code: "''",
    becomes: '"Stryker was here!"',
    why: 'What is no domain name is refused as nothing is.',
  },
  {
    file: 'src/policy/check/judge-mta-sts.ts',
    line: "if (fetch?.kind !== 'response' || fetched === null) return [];",
    code: "fetch?.kind !== 'response' || fetched === null",
    becomes: "fetch?.kind !== 'response' && fetched === null",
    why: 'The same: what was not served is no invalid policy, and where nothing was asked for, nothing was fetched.',
  },
  {
    file: 'src/policy/check/judge-dane.ts',
    line: "return record.kind === 'malformed' ? '' : `${record.usage} ${record.selector} ${record.matching}`;",
    code: "'malformed'",
    becomes: '""',
    why: 'What is asked for its kind is a record that can be used, or is compared with one: what has no numbers is the kind of none of them.',
  },
  {
    file: 'src/policy/names/match.ts',
    line: 'return presented.length === host.length && parseDnsName(presented) === host;',
    code: 'presented.length === host.length',
    becomes: 'true',
    why: 'Names of different lengths are not the same; that this is asked first only saves work.',
  },
  {
    file: 'src/policy/names/match.ts',
    line: "if (presented.length - 2 !== host.length - host.indexOf('.') - 1) return false;",
    code: "presented.length - 2 !== host.length - host.indexOf('.') - 1",
    becomes: 'false',
    why: 'As above, for a wildcard and the name above the host.',
  },
  {
    file: 'src/policy/names/address-scope.ts',
    line: 'for (let bit = 0; bit < bits; bit += 8) {',
    code: 'bit < bits',
    becomes: 'bit <= bits',
    why: 'Of the octet behind the last one no bit is compared.',
  },
  {
    file: 'src/policy/explain/about-domain.ts',
    line: "const mx = evidence.host?.input.mxSecurity ?? 'insecure';",
    code: "'insecure'",
    becomes: '""',
    why: 'Where no host is meant, it is only asked whether the word is "secure".',
  },
  {
    file: 'src/policy/postfix/lookup-key.ts',
    line: '/^(?:\\[([^[\\]]+)\\]|([^[\\]:]+))(?::([A-Za-z0-9]{1,16}))?$/.exec(text) ?? [];',
    code: '[]',
    becomes: '["Stryker was here"]',
    why: 'The same: the whole match is not read.',
  },
  {
    file: 'src/policy/tls-report/tlsrpt-record.ts',
    line: 'const text = /^mailto:([^?#]*)/i.exec(uri)![1]!;',
    code: '/^mailto:([^?#]*)/i',
    becomes: '/mailto:([^?#]*)/i',
    why: 'Only a URI that begins with it is read here, and the first one is taken.',
  },
  {
    file: 'src/policy/tls-report/read/outer-names.ts',
    line: 'const extension = /\\.(gz|json)$/i.exec(names.fileName)?.[1]?.toLowerCase();',
    code: '/\\.(gz|json)$/i.exec(names.fileName)?.[1]?.toLowerCase',
    becomes: '/\\.(gz|json)$/i.exec(names.fileName)?.[1].toLowerCase',
    why: 'The group is there wherever the pattern is; where it is not, all of the chain is left out. The compiler wants to be told.',
  },
  {
    file: 'src/services/queue/sweep.ts',
    line: 'else if (since !== undefined && now - since >= ORPHAN_MS) old.push(id);',
    code: 'since !== undefined',
    becomes: 'true',
    why: 'A distance to nothing is no number, and so not long enough; the compiler wants to be told.',
  },
  {
    file: 'src/services/sts/refresh-policies.ts',
    line: 'outcomes: outcomes.toSorted((a, b) => (a.domain < b.domain ? -1 : 1)),',
    code: 'a.domain < b.domain',
    becomes: 'a.domain <= b.domain',
    why: 'No domain is renewed twice in one pass.',
  },
  {
    file: 'src/services/tls-report/send/choose-reports.ts',
    line: 'if (this.#kept.length >= 2 * this.#max) this.#cut();',
    code: 'this.#cut();',
    becomes: ';',
    why: 'What is answered is cut as well; this one bounds the memory.',
  },
  {
    file: 'src/policy/dsn/mechanism.ts',
    line: 'if (demand === undefined) return [];',
    code: '[]',
    becomes: '["Stryker was here"]',
    why: 'A certificate is asked for only where that table said so; the compiler wants to be told.',
  },
  {
    file: 'src/policy/dsn/mechanism.ts',
    line: "...(demand.input.message === 'other' ? [] : (['REQUIRETLS'] as const)),",
    code: '[]',
    becomes: '["Stryker was here"]',
    why: 'What is no mechanism has no place in their order, and is left out by it.',
  },
  {
    file: 'src/policy/host/addresses.ts',
    line: 'const known = learnAddresses(answer, []);',
    code: '[]',
    becomes: '["Stryker was here"]',
    why: 'What was never an address of the host changes nothing in the order of those that are.',
  },
  {
    file: 'src/services/queue/create-queue.ts',
    line: "const { store, bodies, engine, clock = Date.now, toAscii = () => '' } = options;",
    code: "() => ''",
    becomes: '() => undefined',
    why: 'What is no domain name is refused as nothing is.',
  },
  {
    file: 'src/machine/host.context.ts',
    line: "rule?.demand ?? 'none',",
    code: "'none'",
    becomes: '""',
    why: 'Whatever is in no order is before all that is, and so is what demands nothing.',
  },
  {
    file: 'src/machine/host.context.ts',
    line: 'named: [],',
    code: '[]',
    becomes: '["Stryker was here"]',
    why: 'Who is named is put there before a transaction is asked for.',
  },
  {
    file: 'src/policy/local/destination.ts',
    line: 'return strictness !== 0 ? strictness > 0 : relayText(left) > relayText(right);',
    code: 'strictness > 0',
    becomes: 'strictness >= 0',
    why: 'It is not 0 there.',
  },
  {
    file: 'src/services/queue/check-arguments.ts',
    line: "engine: methods<QueueOptions['engine']>('an engine', { deliver: true, lastLook: true }),",
    code: 'true',
    becomes: 'false',
    why: 'The names of methods count, not what stands behind them.',
  },
  {
    file: 'src/machine/attempt.judgements.ts',
    line: "case 'adopt':",
    code: "'adopt'",
    becomes: '""',
    why: 'What is adopted is fetched before, and goes on from there; the compiler wants all verdicts.',
  },
  {
    file: 'src/policy/smtp/submitted-header.ts',
    line: ".replace(/\\r?\\n/g, '')",
    code: '/\\r?\\n/g',
    becomes: '/\\r\\n/g',
    why: 'Line feeds are blanks for whoever reads addresses; none comes into one.',
  },
  {
    file: 'src/policy/explain/telling.ts',
    line: "case 'tls':",
    code: "case 'tls':\n      // Where there is none, that is what stood in the way.\n      return false;",
    becomes: "case 'tls':",
    why: 'None of these columns has the word that the next one is asked for.',
  },
  {
    file: 'src/policy/tls-report/read/json.ts',
    line: 'if (places.length >= DEVIATIONS_MAX) return;',
    code: 'places.length >= DEVIATIONS_MAX',
    becomes: 'false',
    why: 'Of what deviates no more is told; this one bounds the memory.',
  },
];
