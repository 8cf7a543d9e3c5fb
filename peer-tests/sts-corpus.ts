/*
 * TXT records and policy files of MTA-STS as they are, as they should not be, and as chance makes them. Every mistake that was
 * found in a parser of somebody else's is among them.
 */
import { Dice } from '../property-tests/arbitraries/dice.js';

export interface StsCorpus {
  /** Sets of TXT records, each joined to one string. */
  readonly records: readonly (readonly string[])[];
  readonly policies: readonly string[];
}

const RECORDS: readonly (readonly string[])[] = [
  [],
  ['v=STSv1; id=20260101;'],
  ['v=STSv1; id=20260101'],
  ['v=STSv1;id=a'],
  ['v=STSv1;\tid=a\t;\t'],
  ['v=STSv1;  id=a  ;  '],
  ['v=STSv1; id=a '],
  ['v=STSv1; id=a\t'],
  ['v=STSv1 ; id=a'],
  ['v=STSv1 ;id=a', 'v=STSv1; id=b'],
  [' v=STSv1; id=a'],
  ['V=STSv1; id=a'],
  ['v=stsv1; id=a'],
  ['v=STSv2; id=a'],
  ['v=STSv10; id=a'],
  ['v=STSv1'],
  ['v=STSv1;'],
  ['v=STSv1; '],
  ['v=STSv1;;'],
  ['v=STSv1;; id=a'],
  ['v=STSv1; id=a;;'],
  ['v=STSv1; id=a; ;'],
  ['id=a; v=STSv1;'],
  ['v=STSv1; id='],
  ['v=STSv1; id'],
  ['v=STSv1; =a'],
  ['v=STSv1; id=a b'],
  ['v=STSv1; id = a'],
  ['v=STSv1; id= a'],
  ['v=STSv1; id=a-b'],
  ['v=STSv1; id=a_b'],
  ['v=STSv1; id=a=b'],
  ['v=STSv1; ID=a'],
  ['v=STSv1; Id=a; id=b'],
  [`v=STSv1; id=${'a'.repeat(32)}`],
  [`v=STSv1; id=${'a'.repeat(33)}`],
  ['v=STSv1; id=a; id=b'],
  ['v=STSv1; id=a; id=not-one'],
  ['v=STSv1; id=not-one; id=a'],
  ['v=STSv1; ext=1; id=a'],
  ['v=STSv1; id=a; ext=1'],
  ['v=STSv1; id=a; ext'],
  ['v=STSv1; id=a; ext='],
  ['v=STSv1; id=a; ext=a=b'],
  ['v=STSv1; id=a; ext=a b'],
  ['v=STSv1; id=a; ext=a:/.,<>~!'],
  ['v=STSv1; id=a; 0-_.=x'],
  ['v=STSv1; id=a; -x=y'],
  ['v=STSv1; id=a; _x=y'],
  [`v=STSv1; id=a; ${'n'.repeat(32)}=y`],
  [`v=STSv1; id=a; ${'n'.repeat(33)}=y`],
  [`v=STSv1; id=a; ext=${'y'.repeat(2000)}`],
  ['v=STSv1; id=ä'],
  ['v=STSv1; id=a; ext=ä'],
  ['v=STSv1; id=a; ext=\u007f'],
  ['v=STSv1;\u00a0id=a'],
  ['v=STSv1; id=a\n'],
  ['v=STSv1; id=a\u0000'],
  ['"v=STSv1; id=a"'],
  ['\ufeffv=STSv1; id=a'],
  ['v=STSv1; id=a', 'v=STSv1; id=b'],
  ['v=STSv1; id=a', 'v=STSv1; id=a'],
  ['v=STSv1; id=a', 'v=STSv1; nonsense'],
  ['v=STSv1; id=a', 'v=STSv1'],
  ['v=STSv1; id=a', 'v=spf1 -all'],
  ['v=STSv1; id=a', 'V=STSv1; id=b'],
  ['v=spf1 -all'],
  [''],
];

const GOOD_RECORD = ['v=STSv1; id=20260101; ext=1;'];

const HEAD = 'version: STSv1\nmode: enforce\n';
const TAIL = 'max_age: 86400\n';
const MX = 'mx: mx.a.example\n';
const GOOD = `${HEAD}${MX}${TAIL}`;

const MX_VALUES = [
  'mx.a.example',
  'MX.A.Example',
  '*.a.example',
  '*.A.Example',
  '*.example',
  'mx',
  '*.mx',
  'xn--bcher-kva.example',
  'bücher.example',
  '*.bücher.example',
  // KELVIN SIGN, which is "k" in lower case.
  'mx.\u212aelvin.example',
  'mx.a.example.',
  '*.a.example.',
  '.a.example',
  '*',
  '*.',
  '**.a.example',
  '*.*.a.example',
  'mx*.a.example',
  '*mx.a.example',
  'mx.*.example',
  'mx..example',
  'mx_1.a.example',
  '_25._tcp.a.example',
  '-mx.a.example',
  'mx-.a.example',
  'a--b.a.example',
  '1.a.example',
  '192.0.2.1',
  '[192.0.2.1]',
  '[IPv6:2001:db8::1]',
  '2001:db8::1',
  'mx.123',
  'mx.a.example:25',
  'mx.a.example mx2.a.example',
  'mx.a.example,mx2.a.example',
  'mx.a.example;',
  'mx.a.example # comment',
  // What went into somebody else's table as it was.
  'mx.a.example ciphers=low',
  'mx.a.example tafile=/etc/passwd',
  'mx.a.example } { policy_type=none',
  'mx.a.example:mx.b.example',
  '"mx.a.example"',
  '<mx.a.example>',
  'mx .a.example',
  'mx.a.example\u0000',
  'mx.a.example\r',
  `${'a'.repeat(63)}.example`,
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(122)}example`,
  `${'a.'.repeat(127)}example`,
  '',
];

const MAX_AGES = [
  '0',
  '00',
  '1',
  '0086400',
  '86400',
  '31557600',
  '31557601',
  '9999999999',
  '10000000000',
  '00000000001',
  '',
  '0x10',
  '1e3',
  '-1',
  '+1',
  '1.0',
  '1,000',
  '86400s',
  '86 400',
  'NaN',
  'Infinity',
  '١',
];

const MODES = [
  'enforce',
  'testing',
  'none',
  'Enforce',
  'NONE',
  'report',
  'enforced',
  'enforce,testing',
  '"enforce"',
  '',
];
const VERSIONS = ['STSv1', 'stsv1', 'STSv2', 'STSv1.0', 'STSv1 STSv2', ''];

const EXTENSIONS = [
  'ext: value',
  'ext: a b  c',
  'ext:value',
  'ext: a:b:c',
  'ext: ünïcode – ok',
  // LINE SEPARATOR ends no line here.
  'ext: a\u2028b',
  'ext: a\u0085b',
  'ext:',
  'ext: \t',
  'ext: a\tb',
  'ext: a\u0000b',
  'ext: a\u007fb',
  'ext: a\rb',
  'ext : a',
  ' ext: a',
  'ext a',
  ': a',
  ':',
  '-ext: a',
  '_ext: a',
  '0.-_: a',
  `${'n'.repeat(32)}: a`,
  `${'n'.repeat(33)}: a`,
  'ëxt: a',
  'Mode: none',
  'MODE: none',
  'mode : none',
  ' mode: none',
  '# comment',
  '# comment: none',
  '<html>',
  '',
  '   ',
  '\t',
  '\u00a0',
  '\u000b',
  'mode: none',
  'mode: bogus',
  'mode:',
  'version: STSv2',
  'max_age: 1',
  'max_age: none',
  'max_age:',
  'mx:',
];

const POLICIES: readonly string[] = [
  '',
  '\n',
  GOOD,
  GOOD.replaceAll('\n', '\r\n'),
  GOOD.replaceAll('\n', '\r'),
  GOOD.replaceAll('\n', '\r\r\n'),
  GOOD.replaceAll('\n', '\n\r'),
  GOOD.replace('\n', '\r\n'),
  GOOD.trimEnd(),
  `${GOOD.trimEnd()}\r`,
  `${GOOD}\r`,
  `${GOOD}ext: a\r`,
  GOOD.replaceAll('\n', '\n\n'),
  GOOD.replaceAll('\n', ' \t\n'),
  GOOD.replaceAll('\n', '\u000b\n'),
  GOOD.replaceAll(': ', ':'),
  GOOD.replaceAll(': ', ':\t'),
  GOOD.replaceAll(': ', ':   '),
  GOOD.replaceAll(': ', ' : '),
  GOOD.replaceAll(': ', '='),
  GOOD.replaceAll(': ', ':\u00a0'),
  `\ufeff${GOOD}`,
  `\ufeff\ufeff${GOOD}`,
  GOOD.toUpperCase(),
  GOOD.replace('mode', 'Mode'),
  GOOD.replaceAll('\n', ';'),
  GOOD.split('\n').reverse().join('\n').trim(),
  `${GOOD}${GOOD}`,
  `<html><body>${GOOD}</body></html>`,
  '<!DOCTYPE html>\n<html><head><title>404: not found</title></head></html>',
  `{"version":"STSv1","mode":"enforce","mx":["mx.a.example"],"max_age":86400}`,
  `${HEAD}${TAIL}`,
  `version: STSv1\nmode: testing\n${TAIL}`,
  `version: STSv1\nmode: none\n${TAIL}`,
  `version: STSv1\nmode: none\n${MX}${TAIL}`,
  `version: STSv1\nmode: none\nmx: not a name\n${TAIL}`,
  `mode: enforce\n${MX}${TAIL}`,
  `version: STSv1\n${MX}${TAIL}`,
  `${HEAD}${MX}`,
  `mode: none\n${GOOD}`,
  `${GOOD}mode: none\n`,
  `${GOOD}version: STSv2\n`,
  `${GOOD}max_age: 1\n`,
  `${HEAD}${MX}${MX}${TAIL}`,
  `${HEAD}${MX}${'ext: a\n'.repeat(900)}${TAIL}`,
  `${HEAD}${MX}${'ext: a\n'.repeat(1100)}${TAIL}`,
  `${HEAD}${Array.from({ length: 100 }, (_, at) => `mx: mx${at}.a.example\n`).join('')}${TAIL}`,
  `${HEAD}${Array.from({ length: 101 }, (_, at) => `mx: mx${at}.a.example\n`).join('')}${TAIL}`,
  `${GOOD}ext: ${'x'.repeat(70_000)}\n`,
  ...MX_VALUES.flatMap((value) => [`${HEAD}mx: ${value}\n${TAIL}`, `${HEAD}${MX}mx: ${value}\n${TAIL}`]),
  ...MAX_AGES.map((value) => `${HEAD}${MX}max_age: ${value}\n`),
  ...MODES.map((value) => `version: STSv1\nmode: ${value}\n${MX}${TAIL}`),
  ...VERSIONS.map((value) => `version: ${value}\nmode: enforce\n${MX}${TAIL}`),
  ...EXTENSIONS.flatMap((line) => [`${line}\n${GOOD}`, `${HEAD}${line}\n${MX}${TAIL}`, `${GOOD}${line}`]),
];

/** Pairs of patterns and hosts are made of these; each pattern is one that a valid policy may have. */
export const MATCHING = {
  patterns: [
    'mx.a.example',
    '*.a.example',
    '*.example',
    '*.b.a.example',
    'a.example',
    'example',
    '*.mx',
    'mx1.a.example',
    '*.xn--bcher-kva.example',
    'xn--bcher-kva.example',
  ],
  hosts: [
    'mx.a.example',
    'MX.a.Example',
    'mx.a.example.',
    'b.mx.a.example',
    'x.b.a.example',
    'a.example',
    'b.example',
    'example',
    'mxa.example',
    'xmx.a.example',
    'x-mx.a.example',
    'mx',
    'x.mx',
    'mx1.a.example',
    'mx_1.a.example',
    'a.example.evil.test',
    'mx.xn--bcher-kva.example',
    'xn--bcher-kva.example',
  ],
} as const;

/** Bits that mutations put in. */
// biome-ignore format: by kind
const BITS = [
  ' ', '\t', '\r', '\n', '\r\n', ':', ';', '=', '*', '.', '-', '_', 'a', 'A', '0', '\u0000', '\u007f', 'ä', '\ufeff', '\u2028', '\u212a',
  'id=', 'id=b;', 'v=STSv1;', 'mx: ', '*.', 'mode: none', 'mode:', 'max_age: ', '99', '#', '',
];

/** As many mutations of each kind, chosen by the seed, behind all that was written by hand. */
export function stsCorpus(seed: number, mutations: number): StsCorpus {
  const dice = new Dice(seed);
  const times = Array.from({ length: mutations });
  return {
    records: [
      ...RECORDS,
      ...times.map(() =>
        (dice.chance(0.4) ? GOOD_RECORD : dice.pick(RECORDS)).map((each) => mutate(each, dice)),
      ),
    ],
    policies: [...POLICIES, ...times.map(() => mutate(dice.chance(0.4) ? GOOD : dice.pick(POLICIES), dice))],
  };
}

/** One to three places of it changed: something put in, taken out, repeated or in other letters. */
function mutate(text: string, dice: Dice): string {
  let mutated = text.slice(0, 5000);
  for (let left = 1 + dice.below(3); left > 0; left -= 1) {
    const at = dice.below(mutated.length + 1);
    const length = dice.pick([0, 1, 1, 2, 5, 20]);
    const [before, piece, after] = [
      mutated.slice(0, at),
      mutated.slice(at, at + length),
      mutated.slice(at + length),
    ];
    const put = dice.pick([dice.pick(BITS), '', piece + piece, piece.toUpperCase(), piece.toLowerCase()]);
    mutated = `${before}${put}${after}`;
  }
  return mutated;
}
