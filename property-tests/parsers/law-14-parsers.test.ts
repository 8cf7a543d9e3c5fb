import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_AGE_SECONDS_MAX,
  printPolicyFile,
  readPolicyFile,
} from '../../src/policy/mta-sts/policy-file.js';
import { printStsRecord, readStsRecord } from '../../src/policy/mta-sts/record.js';
import { scopeOf } from '../../src/policy/names/address-scope.js';
import { parseDnsName, parseHostName } from '../../src/policy/names/domain-name.js';
import { familyOf } from '../../src/policy/names/ip-address.js';
import { parseMailbox } from '../../src/policy/names/mailbox.js';
import { corpusOf } from './corpus.js';
import { parsers } from './parsers.js';
import { hugeTexts, textAround } from './texts.js';

describe.each(Object.entries(parsers))('law 14: %s', (name, { parse, fragments }) => {
  it('never throws, and says the same every time', () => {
    fc.assert(
      fc.property(textAround(...fragments), (text) => {
        expect(parse(text)).toEqual(parse(text));
      }),
    );
  });

  it('reads what a fuzzer once came upon', () => {
    for (const text of corpusOf(name)) expect(parse(text)).toEqual(parse(text));
  });

  it('comes to an end on a million characters of anything', () => {
    for (const text of hugeTexts(...fragments)) parse(text);
  });
});

const aLabel = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/);
const aName = fc
  .array(aLabel, { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, 'example'].join('.'));

describe('law 14: parse after print is the identity', () => {
  it('for policy files', () => {
    const aPolicy = fc.record({
      mode: fc.constantFrom('enforce', 'testing', 'none'),
      mx: fc.array(
        fc.oneof(
          aName,
          aName.map((name) => `*.${name}`),
        ),
        { minLength: 1, maxLength: 20 },
      ),
      maxAgeSeconds: fc.nat(MAX_AGE_SECONDS_MAX),
    });
    fc.assert(
      fc.property(aPolicy, fc.constantFrom('\n', '\r\n'), fc.boolean(), (policy, end, isClosed) => {
        const text = printPolicyFile(policy).replaceAll('\n', end);
        const read = readPolicyFile(isClosed ? text : text.slice(0, -end.length));
        expect(read).toMatchObject({ kind: 'valid', policy });
      }),
    );
  });

  it('for MTA-STS records (STS-3.1-3)', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,32}$/), fc.array(fc.string()), (id, others) => {
        expect(readStsRecord([printStsRecord(id)])).toEqual({ kind: 'found', id });
        const strangers = others.filter((text) => !text.startsWith('v=STSv1;'));
        expect(readStsRecord([...strangers, printStsRecord(id)])).toEqual({ kind: 'found', id });
      }),
    );
  });

  it('for names: what was read reads back as itself', () => {
    fc.assert(
      fc.property(fc.oneof(aName, textAround('a', '.', '-', '_', 'A')), (text) => {
        const name = parseDnsName(text);
        if (name !== null) expect(parseDnsName(name)).toBe(name);
        const host = parseHostName(text);
        if (host !== null) expect([parseHostName(host), parseDnsName(host)]).toEqual([host, host]);
      }),
    );
  });

  it('for mailboxes: what goes into RCPT reads back as itself, and holds no line end', () => {
    fc.assert(
      fc.property(
        textAround('user@a.example', '"', '\\', '@', '.', ' ', '\r\n', 'a', '[192.0.2.1]', '[IPv6:::1]'),
        (text) => {
          const mailbox = parseMailbox(text, () => '');
          if (mailbox === null) return;
          expect(parseMailbox(mailbox.address, () => '')).toEqual(mailbox);
          expect(mailbox.address).not.toMatch(/[\r\n]/);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('for addresses: every address has a family, and a scope that does not depend on how it is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(familyOf(address)).toBe(address.includes(':') ? 'ipv6' : 'ipv4');
        expect(scopeOf(address.toUpperCase())).toBe(scopeOf(address));
        if (!address.includes(':')) expect(scopeOf(`::ffff:${address}`)).toBe(scopeOf(address));
      }),
    );
  });
});
