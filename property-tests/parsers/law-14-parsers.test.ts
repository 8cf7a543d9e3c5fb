import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/adapters/scripted/scenario.codec.js';
import { parseJournal } from '../../src/effects/codecs/journal.codec.js';
import { parseSettings } from '../../src/effects/codecs/settings.codec.js';
import {
  MAX_AGE_SECONDS_MAX,
  printPolicyFile,
  readPolicyFile,
} from '../../src/policy/mta-sts/policy-file.js';
import { printStsRecord, readStsRecord } from '../../src/policy/mta-sts/record.js';
import { scopeOf } from '../../src/policy/names/address-scope.js';
import { parseDnsName, parseHostName } from '../../src/policy/names/domain-name.js';
import { familyOf, parseAddressLiteral } from '../../src/policy/names/ip-address.js';
import { parseMailbox } from '../../src/policy/names/mailbox.js';
import { coversName, listsHost } from '../../src/policy/names/match.js';
import { readTlsRequired } from '../../src/policy/require-tls/header.js';
import { keywordsOf, sizeLimitOf } from '../../src/policy/smtp/ehlo.js';
import { enhancedStatusOf, statusIn } from '../../src/policy/smtp/enhanced-status.js';
import { hugeTexts, textAround } from './texts.js';

interface Parser {
  readonly parse: (text: string) => unknown;
  /** What its input is made of, the beginning first. */
  readonly fragments: readonly [string, ...string[]];
}

const parsers: Readonly<Record<string, Parser>> = {
  readPolicyFile: {
    parse: readPolicyFile,
    fragments: [
      'version: STSv1\n',
      'mode: enforce\r\n',
      'mode:',
      'mx: *.a.example\n',
      'mx: ',
      'max_age: 86400\n',
      'max_age: 99999999999',
      ': ',
      '\r',
      '\uFEFF',
      '*.',
    ],
  },
  readStsRecord: {
    parse: (text) => readStsRecord([text]),
    fragments: ['v=STSv1;', ' id=', 'id=20260101;', ';', '=', 'x=y', 'v=STSv1'],
  },
  'readStsRecord, of many': {
    parse: (text) => readStsRecord(text.split('|')),
    fragments: ['v=STSv1;', 'id=1;', '|'],
  },
  readTlsRequired: {
    parse: readTlsRequired,
    fragments: ['TLS-Required: No\r\n', 'tls-required', ':', ' no', '\r\n', ' ', '\t', '\n\n', 'X: y\r\n'],
  },
  keywordsOf: {
    parse: (text) => sizeLimitOf(keywordsOf({ code: 250, lines: ['mx', ...text.split('\n')] })),
    fragments: ['SIZE ', 'STARTTLS\n', 'SIZE', ' 1000000\n', '  ', '-'],
  },
  enhancedStatusOf: {
    parse: (text) => [
      enhancedStatusOf({ code: 550, lines: [text] }),
      statusIn(4, { code: 550, lines: [text] }),
    ],
    fragments: ['5.7.1 no', '5.', '7', '1', '.', '0', '4.2.0'],
  },
  parseMailbox: {
    parse: (text) => parseMailbox(text, (domain) => domain),
    fragments: [
      'user@a.example',
      '"',
      '\\',
      '@',
      '[IPv6:::1]',
      '[192.0.2.1]',
      'a.b',
      '..',
      ' ',
      'é',
      '<',
      '>',
    ],
  },
  parseDnsName: {
    parse: parseDnsName,
    fragments: ['mx.a.example', '.', '-', '_tcp', 'xn--', '192.0.2.1', 'A'],
  },
  parseHostName: { parse: parseHostName, fragments: ['mx.a.example', '.', '-', 'xn--', '1', 'A'] },
  scopeOf: {
    parse: scopeOf,
    fragments: ['192.0.2.1', '::', ':', '2001:db8', 'ffff', '1.2.3.4', '.', '%eth0', '127'],
  },
  familyOf: { parse: familyOf, fragments: ['::1', ':', 'fe80', '1.2.3.4', '.'] },
  parseAddressLiteral: { parse: parseAddressLiteral, fragments: ['IPv6:', '::1', '192.0.2.1', ':'] },
  coversName: {
    parse: (text) => coversName(text, 'mx.a.example'),
    fragments: ['*.', 'a.example', 'mx.', '*'],
  },
  listsHost: { parse: (text) => listsHost('*.a.example', text), fragments: ['mx.', 'a.example', '.'] },
  parseScenario: {
    parse: parseScenario,
    fragments: [
      '{"name":"x",',
      '"world":{"dns":{',
      '"MX a.example":["10 mx"]',
      '}',
      ']',
      '[',
      '{',
      '"steps":',
      '"__proto__":',
      ',',
      'null',
      '1e999',
    ],
  },
  parseJournal: {
    parse: parseJournal,
    fragments: [
      '{"format":"waxseal-journal","version":1,',
      '"attempts":[',
      '{"input":',
      '"entries":[',
      ']',
      '}',
      '{',
      '[',
      '"__proto__":',
      ',',
      'null',
      '1e999',
    ],
  },
  parseSettings: {
    parse: parseSettings,
    fragments: [
      '{"profile":"rfc",',
      '"destinations":[',
      '{',
      '}',
      ']',
      '"port":',
      '25',
      ',',
      '"__proto__":',
      '-0',
    ],
  },
};

describe.each(Object.entries(parsers))('law 14: %s', (_, { parse, fragments }) => {
  it('never throws, and says the same every time', () => {
    fc.assert(
      fc.property(textAround(...fragments), (text) => {
        expect(parse(text)).toEqual(parse(text));
      }),
    );
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
  it('for policy files (STS-3.2-1)', () => {
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
