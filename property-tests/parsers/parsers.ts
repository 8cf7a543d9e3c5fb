import { parseScenario } from '../../src/adapters/scripted/scenario.codec.js';
import { parseJournal } from '../../src/effects/codecs/journal.codec.js';
import { parseSettings } from '../../src/effects/codecs/settings.codec.js';
import { readPolicyFile } from '../../src/policy/mta-sts/policy-file.js';
import { readStsRecord } from '../../src/policy/mta-sts/record.js';
import { scopeOf } from '../../src/policy/names/address-scope.js';
import { parseDnsName, parseHostName } from '../../src/policy/names/domain-name.js';
import { familyOf, parseAddressLiteral } from '../../src/policy/names/ip-address.js';
import { parseMailbox } from '../../src/policy/names/mailbox.js';
import { coversName, listsHost } from '../../src/policy/names/match.js';
import { readTlsRequired } from '../../src/policy/require-tls/header.js';
import { keywordsOf, sizeLimitOf } from '../../src/policy/smtp/ehlo.js';
import { enhancedStatusOf, statusIn } from '../../src/policy/smtp/enhanced-status.js';
import { octetParsers } from './octet-parsers.js';
import { streamParsers } from './stream-parsers.js';

/** What reads what others send. */
export interface Parser {
  readonly parse: (text: string) => unknown;
  /** What its input is made of, the beginning first. */
  readonly fragments: readonly [string, ...string[]];
}

const textParsers: Readonly<Record<string, Parser>> = {
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

/** By name; the suite feeds them with drawn texts, `npm run fuzz` with damaged ones. */
export const parsers: Readonly<Record<string, Parser>> = {
  ...textParsers,
  ...octetParsers,
  ...streamParsers,
};
