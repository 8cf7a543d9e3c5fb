/*
 * What the types of a scenario cannot say: references to hosts that never exist, records that cannot be read, more
 * than one kind of answer in one record set. A typing mistake here would otherwise be a world that silently differs.
 */
import { domainPart } from '../../policy/names/mailbox.js';
import { readMxText } from './mx-text.js';
import type { Scenario, Step } from './scenario.js';
import { readTlsaText } from './tlsa-text.js';
import type { RecordSet } from './world.js';

interface Contradiction {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** Hosts that exist at some time, by ID. */
export interface KnownHosts {
  readonly mail: ReadonlySet<string>;
  /** Mail hosts and policy hosts. */
  readonly all: ReadonlySet<string>;
}

/** Part of a world, or of its changes. */
type Part = NonNullable<Step['change']>;

/** Everything in a scenario that contradicts itself. */
export function contradictionsIn({
  world,
  steps = [],
}: Pick<Scenario, 'world'> & { readonly steps?: readonly Step[] }): readonly Contradiction[] {
  const hosts = hostsOf(world, ...steps.map(({ change }) => change ?? {}));
  const tooMany = steps.flatMap(({ message, expect }, index) =>
    expect.length <= message.to.length
      ? []
      : [
          {
            path: `steps[${index}].expect`,
            expected: `at most ${message.to.length}, one for each recipient`,
            actual: `${expect.length}`,
          },
        ],
  );
  return [
    ...contradictionsInPart(world, hosts, 'world'),
    ...steps.flatMap(({ change = {} }, index) =>
      contradictionsInPart(change, hosts, `steps[${index}].change`),
    ),
    ...tooMany,
    ...steps.flatMap(contradictionsInStep),
  ];
}

function contradictionsInStep(
  { purpose = 'deliver', stop, message, expect }: Step,
  index: number,
): readonly Contradiction[] {
  const at = `steps[${index}]`;
  const found: Contradiction[] = [];
  const domains = new Set(message.to.map((address) => domainPart(address).toLowerCase()));
  if (stop !== undefined && domains.size > 1)
    found.push({ path: `${at}.stop`, expected: 'a message to one domain', actual: `${domains.size}` });
  const resultsMax = { deliver: message.to.length, explain: 1, 'refresh-policy': 0 }[purpose];
  if (expect.length > resultsMax && purpose !== 'deliver') {
    const expected = `at most ${resultsMax}, of what is ${purpose === 'explain' ? 'explained' : 'refreshed'}`;
    found.push({ path: `${at}.expect`, expected, actual: `${expect.length}` });
  }
  return found;
}

/** The hosts of all of them. */
export function hostsOf(...parts: readonly Part[]): KnownHosts {
  const mail = parts.flatMap((part) => Object.keys(part.mail ?? {}));
  const policy = parts.flatMap((part) => Object.keys(part.policy ?? {}));
  return { mail: new Set(mail), all: new Set([...mail, ...policy]) };
}

/** What in it contradicts itself, or speaks of hosts that are none of these. */
export function contradictionsInPart(part: Part, hosts: KnownHosts, at = ''): readonly Contradiction[] {
  const found: Contradiction[] = [];
  for (const [key, set] of Object.entries(part.dns ?? {})) {
    const path = `${at === '' ? '' : `${at}.`}dns[${JSON.stringify(key)}]`;
    if (set !== null && answersIn(set) > 1) {
      found.push({ path, expected: 'one of records, denial and fails', actual: 'several' });
    }
    if (set !== null && !isList(set) && set.askedAlone !== undefined && !key.startsWith('CNAME '))
      found.push({ path, expected: '"askedAlone" of a CNAME only', actual: key });
    for (const text of recordsOf(set)) {
      const expected = expectedInstead(key.split(' ')[0]!, text, hosts);
      if (expected !== null) found.push({ path, expected, actual: JSON.stringify(text) });
    }
  }
  return found;
}

function expectedInstead(type: string, text: string, { mail, all }: KnownHosts): string | null {
  switch (type) {
    case 'MX':
      return readMxText(text) === null ? 'a preference and a host such as "10 mx.a.example"' : null;
    case 'A':
    case 'AAAA':
      return text.startsWith('@') && !all.has(text.slice(1)) ? 'the ID of a mail or policy host' : null;
    case 'TLSA': {
      const read = readTlsaText(text);
      if (read === null) return 'a TLSA record such as "3 1 1 @ID", or "# 0301"';
      return read.kind === 'reference' && !mail.has(read.id) ? 'the ID of a mail host' : null;
    }
    default:
      return null;
  }
}

function recordsOf(set: RecordSet | null): readonly string[] {
  if (set === null) return [];
  return isList(set) ? set : (set.records ?? []);
}

function answersIn(set: RecordSet): number {
  if (isList(set)) return 1;
  return [set.records, set.denial, set.fails].filter((answer) => answer !== undefined).length;
}

function isList(set: RecordSet): set is readonly string[] {
  return Array.isArray(set);
}
