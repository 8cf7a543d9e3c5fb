/*
 * MTA-STS: policy files read, beside mailauth's parser (which takes much that is no policy); decisions about a policy that
 * is kept; and what a million kept policies weigh.
 */
import { createRequire } from 'node:module';
import { settingsOf } from '../src/node.js';
import { judgePolicyCache, printPolicyFile, readPolicyFile, readStsRecord } from '../src/policy/index.js';
import { inChild } from './child.js';
import { type Contender, measure } from './measure.js';
import { type Benchmark, costLine, rateLine } from './table.js';

const { parsePolicy } = createRequire(import.meta.url)('mailauth/lib/mta-sts') as {
  parsePolicy: (file: string) => unknown;
};

const POLICY = {
  mode: 'enforce',
  mx: ['mx1.a.example', 'mx2.a.example', '*.b.example'],
  maxAgeSeconds: 604_800,
} as const;
const FILE = printPolicyFile(POLICY);
const NOW = Date.UTC(2026, 0, 2);

export const mtaSts: Benchmark = {
  title: 'MTA-STS policies',
  limits:
    'Reading: every line is held to the grammar and kept for reports, every name judged and every fault told with its line; mailauth splits lines at colons.',
  async run(effort) {
    const [ours, other, judged] = await measure([reading(), mailauth(), judging()], effort);
    const { bytesEach } = await inChild<{ bytesEach: number }>('./million-policies');
    return [
      rateLine('waxseal reads a policy file', ours!),
      rateLine('mailauth reads it', other!),
      costLine('cost of reading, to mailauth', ours!, other!, 1),
      rateLine('record and kept policy judged', judged!, 100_000),
      {
        what: 'a million kept policies',
        value: `${Math.round(bytesEach)} octets each, ${Math.round((bytesEach * 1e6) / 1024 / 1024)} MiB`,
        aim: { text: 'at most 300 MiB', reached: bytesEach * 1e6 <= 300 * 1024 * 1024 },
      },
    ];
  },
};

function reading(): Contender {
  return times(1000, () => {
    if (readPolicyFile(FILE).kind !== 'valid') throw new Error('no policy');
  });
}

function mailauth(): Contender {
  return times(1000, () => {
    if (parsePolicy(FILE) === undefined) throw new Error('no policy');
  });
}

function judging(): Contender {
  const settings = settingsOf('rfc');
  const policy = { ...POLICY, lines: FILE.trim().split('\n') };
  const cache = { kind: 'read', cached: { id: '1', policy, fetchedAt: NOW - 1000 }, failure: null } as const;
  return times(1000, () => {
    const record = readStsRecord(['v=STSv1; id=1;']);
    const facts = {
      cache,
      record,
      fetched: null,
      message: 'strict',
      purpose: 'deliver',
      settings,
      now: NOW,
    } as const;
    if (judgePolicyCache(facts).verdict !== 'use-cached') throw new Error('another verdict');
  });
}

function times(count: number, once: () => void): Contender {
  return {
    batch() {
      for (let done = 0; done < count; done++) once();
      return count;
    },
  };
}
