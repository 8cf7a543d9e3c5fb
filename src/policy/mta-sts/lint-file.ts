import { parseHostName } from '../names/domain-name.js';
import type { LintFinding } from './lint-finding.js';
import { type Said, sayOfIdleMx, sayOfLine } from './lint-line.js';
import type { StsPolicy } from './policy.js';
import {
  isMxPattern,
  linesOfPolicy,
  MAX_AGE_SECONDS_MAX,
  type PolicyFault,
  type PolicyProblem,
  readPolicyFile,
} from './policy-file.js';
import { trimBlanks } from './record.js';

/** RFC 8461, Section 3.2 expects weeks. */
export const MAX_AGE_SECONDS_MIN = 604_800;
/** Of each severity; how many more there are is said. */
const FINDINGS_MAX = 20;
/** The fields of the IANA registry (RFC 8461, Section 9.3). */
export const POLICY_FIELDS = ['version', 'mode', 'max_age', 'mx'] as const;

const OF_THE_WHOLE: Readonly<Partial<Record<PolicyProblem, Said>>> = {
  'too-long': { says: 'the file is larger than 64 KB', why: 'Senders stop reading there (Section 3.3).' },
  'no-version': { says: 'there is no "version: STSv1"', why: 'The field is required (Section 3.2).' },
  'no-mode': { says: 'there is no mode', why: 'The field is required, and has no default (Section 3.2).' },
  'no-max-age': { says: 'there is no max_age', why: 'The field is required (Section 3.2).' },
  'no-mx': { says: 'there is no mx', why: 'Only mode none does without (Section 3.2).' },
};

/**
 * What is wrong with a policy file, by line: an error is what the grammar does not have, whether a sender passes it over or refuses
 * the file for it; a warning is what means nothing else, and strict senders may stumble over. The only judge of policy files, wherever they were found. Never throws.
 */
export function lintPolicyFile(text: string): readonly LintFinding[] {
  const read = readPolicyFile(text);
  const lines = linesOfPolicy(text);
  const isUnread = read.kind === 'invalid' && read.problem === 'too-long';
  return [
    ...bounded(
      [
        // What is not told need not be put into words.
        ...read.faults.slice(0, FINDINGS_MAX).map((fault) => errorOf(fault, lines)),
        ...(isUnread ? [] : bareReturnIn(text)),
      ],
      Math.max(0, read.faults.length - FINDINGS_MAX),
    ),
    ...bounded(
      isUnread
        ? []
        : [...warningsOfLines(text, lines), ...(read.kind === 'valid' ? warningsOf(read.policy, lines) : [])],
    ),
  ].sort((a, b) => a.line - b.line);
}

function errorOf({ problem, line }: PolicyFault, lines: readonly string[]): LintFinding {
  const said = OF_THE_WHOLE[problem] ?? sayOfLine(problem, lines[line - 1] ?? '');
  return { code: problem, severity: 'error', where: 'file', line, ...said };
}

/** The first line that ends in a carriage return alone. */
function bareReturnIn(text: string): readonly LintFinding[] {
  const at = text.search(/\r(?!\n)/);
  if (at < 0) return [];
  const line = text.slice(0, at).split(/\r\n|\n/).length;
  const says = 'a bare carriage return stands in this line';
  return [
    {
      code: 'carriage-return',
      severity: 'error',
      where: 'file',
      line,
      says,
      why: 'Lines end in LF or CRLF (Section 3.2).',
    },
  ];
}

/** @param others how many there are besides */
function bounded(findings: readonly LintFinding[], others = 0): readonly LintFinding[] {
  const more = findings.length + others - FINDINGS_MAX;
  if (more <= 0) return findings;
  const [{ severity }] = findings as readonly [LintFinding];
  const says = `there ${more === 1 ? 'is' : 'are'} ${more} more of this severity`;
  return [
    ...findings.slice(0, FINDINGS_MAX),
    { code: 'more', severity, where: 'file', line: 0, says, why: 'They are not told one by one.' },
  ];
}

/** What the reader lets pass without a fault, and others may not. */
function warningsOfLines(text: string, lines: readonly string[]): readonly LintFinding[] {
  const mark = text.startsWith('\uFEFF')
    ? [
        warning(
          'byte-order-mark',
          1,
          'the file begins with a byte order mark',
          'Strict senders refuse it, for the grammar has none (Section 3.2).',
        ),
      ]
    : [];
  const seen = new Set<string>();
  return [...mark, ...lines.flatMap((line, at) => lintLine(line, at + 1, seen))];
}

function lintLine(line: string, at: number, seen: Set<string>): readonly LintFinding[] {
  if (trimBlanks(line) === '')
    return [
      warning('blank-line', at, 'this line is blank', 'The syntax has none; strict senders refuse the file.'),
    ];
  const garbled = line.includes('\ufffd')
    ? [
        warning(
          'not-utf-8',
          at,
          'there are octets in this line that are not UTF-8',
          'The file is UTF-8 (Section 3.2); strict senders refuse it.',
        ),
      ]
    : [];
  const [, key, rest = ''] = /^([A-Za-z0-9][\w.-]*):(.*)$/s.exec(line) ?? [];
  return key === undefined ? garbled : [...garbled, ...lintField(key, trimBlanks(rest), at, seen)];
}

function lintField(key: string, value: string, at: number, seen: Set<string>): readonly LintFinding[] {
  const field = key === 'mx' ? `mx: ${value.toLowerCase()}` : key;
  const isRepeated = seen.has(field);
  seen.add(field);
  if (isRepeated && key === 'mx')
    return [warning('duplicate-key', at, `this mx stands here again`, 'Once is enough (Section 3.2).')];
  if (isRepeated)
    return [
      warning('duplicate-key', at, `${key} stands here again`, 'Only the first one counts (Section 3.2).'),
    ];
  if (key === 'mx' && isMxPattern(value)) {
    const said = sayOfIdleMx(value);
    return said === null ? [] : [warning('mx-no-host', at, said.says, said.why)];
  }
  const meant = POLICY_FIELDS.find((known) => known !== key && known === keyMeantBy(key));
  if (meant === undefined) return [];
  const why = 'Keys are exact; this one is ignored (Section 3.2).';
  return [warning('unknown-key', at, `"${key}" is not "${meant}"`, why)];
}

/** Keys as they are misspelt; "v" is that of the record. */
function keyMeantBy(key: string): string {
  const plain = key.toLowerCase().replaceAll(/[_.-]/g, '');
  return plain === 'v' ? 'version' : plain === 'maxage' ? 'max_age' : plain;
}

function warningsOf(
  { mode, mx, maxAgeSeconds }: StsPolicy,
  lines: readonly string[],
): readonly LintFinding[] {
  const at = lines.findIndex((line) => line.startsWith('max_age:')) + 1;
  const written = Number(/^max_age:[ \t]*([0-9]+)/.exec(lines[at - 1] ?? '')?.[1] ?? maxAgeSeconds);
  const expected =
    'Whoever can block fetches that long gets round the policy; weeks are expected (Sections 3.2 and 10.2).';
  const few = mode !== 'none' && !mx.some((pattern) => parseHostName(pattern.replace(/^\*\./, '')) !== null);
  return [
    // A policy that is tried stops nothing, and is better soon forgotten.
    ...(mode === 'enforce' && maxAgeSeconds < MAX_AGE_SECONDS_MIN
      ? [warning('max-age-short', at, `max_age is ${maxAgeSeconds}, less than a week`, expected)]
      : []),
    ...(written > MAX_AGE_SECONDS_MAX
      ? [
          warning(
            'max-age-long',
            at,
            `max_age is more than ${MAX_AGE_SECONDS_MAX}`,
            'Senders cut it down to that, or take it for a mistake (Section 3.2).',
          ),
        ]
      : []),
    ...(mode === 'none' && mx.length > 0
      ? [
          warning(
            'none-with-mx',
            0,
            'mode none needs no mx',
            'It says that no policy is in force; the hosts mean nothing (Section 8.3).',
          ),
        ]
      : []),
    ...(few
      ? [
          warning(
            'no-host-listed',
            0,
            'no mx of this policy can be the name of a host',
            'Senders that keep to it would connect to none (Section 4.1).',
          ),
        ]
      : []),
  ];
}

function warning(code: string, line: number, says: string, why: string): LintFinding {
  return { code, severity: 'warning', where: 'file', line, says, why };
}
