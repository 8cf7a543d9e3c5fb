import { isAscii } from '../names/mailbox.js';
import type { LintFinding } from './lint-finding.js';
import type { StsPolicy } from './policy.js';
import { MAX_AGE_SECONDS_MAX, type PolicyProblem, readPolicyFile } from './policy-file.js';
import { trimBlanks } from './record.js';

/** RFC 8461, Section 3.2 expects weeks. */
const MAX_AGE_SECONDS_MIN = 604_800;
const ERRORS_MAX = 20;
/** The fields of the IANA registry (RFC 8461, Section 9.3). */
export const POLICY_FIELDS = ['version', 'mode', 'max_age', 'mx'] as const;

type Said = Pick<LintFinding, 'says' | 'why'>;

const PROBLEMS: Readonly<Record<PolicyProblem, Said>> = {
  'too-long': { says: 'the file is larger than 64 KiB', why: 'Senders stop reading there (Section 3.3).' },
  'too-many-lines': { says: 'the file has more than 1000 lines', why: 'No sender has to read as many.' },
  'not-a-field': {
    says: 'this is not of the form "key: value"',
    why: 'The colon stands right behind the key, and a value is visible text (Section 3.2).',
  },
  'bad-version': {
    says: 'the version is not STSv1',
    why: 'There is no other, and its case counts (Section 3.2).',
  },
  'bad-mode': {
    says: 'the mode is not enforce, testing or none',
    why: 'There are no others, in lower case (Section 3.2).',
  },
  'bad-max-age': {
    says: 'max_age is not 1 to 10 digits',
    why: 'It is a number of seconds without sign, unit or fraction (Section 3.2).',
  },
  'bad-mx': {
    says: 'this mx is neither a host name nor "*." and one',
    why: 'The star stands for the whole first label and nothing else (Sections 3.2 and 4.1).',
  },
  'too-many-mx': { says: 'there are more than 100 mx lines', why: 'No sender has to keep as many.' },
  'no-version': { says: 'there is no "version: STSv1"', why: 'The field is required (Section 3.2).' },
  'no-mode': { says: 'there is no mode', why: 'The field is required, and has no default (Section 3.2).' },
  'no-max-age': { says: 'there is no max_age', why: 'The field is required (Section 3.2).' },
  'no-mx': { says: 'there is no mx', why: 'Only mode none does without (Section 3.2).' },
};

/** The problem that a missing field only repeats. */
const REPEATS: Readonly<Partial<Record<PolicyProblem, PolicyProblem>>> = {
  'no-version': 'bad-version',
  'no-mode': 'bad-mode',
  'no-max-age': 'bad-max-age',
  'no-mx': 'bad-mx',
};

/** What is wrong with a policy file, by line: what makes it invalid, and what some senders may stumble over. Never throws. */
export function lintPolicyFile(text: string): readonly LintFinding[] {
  const errors = errorsOf(text);
  const read = readPolicyFile(text);
  const findings = [
    ...errors,
    ...(errors.some(({ code }) => code === 'too-long') ? [] : linesOf(text)),
    ...(read.kind === 'valid' ? warningsOf(read.policy, text) : []),
  ];
  return findings.sort((a, b) => a.line - b.line);
}

/** The parser stops at the first error, so each line that it refuses is taken out before it reads on. */
function errorsOf(text: string): readonly LintFinding[] {
  const lines = text.split('\n');
  const errors: LintFinding[] = [];
  const met = new Set<PolicyProblem>();
  while (errors.length < ERRORS_MAX) {
    const read = readPolicyFile(lines.join('\n'));
    if (read.kind === 'valid') break;
    const { problem, line } = read;
    if (!met.has(REPEATS[problem] ?? problem) || line > 0)
      errors.push({
        code: problem,
        severity: 'error',
        where: 'file',
        line,
        ...saidOf(problem, lines[line - 1] ?? ''),
      });
    met.add(problem);
    if (line === 0) break;
    lines[line - 1] = '';
  }
  return errors;
}

function saidOf(problem: PolicyProblem, line: string): Said {
  const value = trimBlanks(line.replace(/\r$/, '').slice(line.indexOf(':') + 1));
  if (problem === 'not-a-field' && /\r(?!$)/.test(line))
    return {
      says: 'a bare carriage return stands in this line',
      why: 'Lines end in LF or CRLF (Section 3.2).',
    };
  if (problem === 'not-a-field' && /^[\w.-]+[ \t]+:/.test(line))
    return {
      says: 'there is a blank before the colon',
      why: 'The colon stands right behind the key (Section 3.2).',
    };
  if (problem !== 'bad-mx') return PROBLEMS[problem];
  if (!isAscii(value))
    return {
      says: 'this mx has letters beyond ASCII',
      why: 'Names are written in their xn-- form (Section 3.2).',
    };
  if (/[\s,;]/.test(value))
    return {
      says: 'there are several hosts in this line',
      why: 'Each has an mx line of its own (Section 3.2).',
    };
  if (value.endsWith('.'))
    return {
      says: 'this mx ends in a dot',
      why: 'A name in a policy has none, as in mail addresses (Section 3.2).',
    };
  return PROBLEMS['bad-mx'];
}

/** What the parser lets pass and others may not. */
function linesOf(text: string): readonly LintFinding[] {
  const seen = new Set<string>();
  const mark = text.startsWith('\uFEFF')
    ? [warning('byte-order-mark', 1, 'the file begins with a byte order mark', 'Strict senders refuse it.')]
    : [];
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  // Behind the last line end there is no line.
  if (lines.at(-1) === '') lines.pop();
  return [...mark, ...lines.flatMap((line, at) => lintLine(line.replace(/\r$/, ''), at + 1, seen))];
}

function lintLine(line: string, at: number, seen: Set<string>): readonly LintFinding[] {
  if (trimBlanks(line) === '')
    return [
      warning('blank-line', at, 'this line is blank', 'The syntax has none; strict senders refuse the file.'),
    ];
  const key = /^([A-Za-z0-9][\w.-]*):/.exec(line)?.[1];
  if (key === undefined) return [];
  const field = key === 'mx' ? trimBlanks(line) : key;
  const isRepeated = seen.has(field);
  seen.add(field);
  if (isRepeated)
    return [
      warning('duplicate-key', at, `${key} stands here again`, 'Only the first one counts (Section 3.2).'),
    ];
  const meant = POLICY_FIELDS.find(
    (known) => known !== key && known === key.toLowerCase().replaceAll('-', '_'),
  );
  if (meant === undefined) return [];
  const why = 'Keys are exact; this one is ignored (Section 3.2).';
  return [warning('unknown-key', at, `"${key}" is not "${meant}"`, why)];
}

function warningsOf({ mode, mx, maxAgeSeconds }: StsPolicy, text: string): readonly LintFinding[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const at = lines.findIndex((line) => line.startsWith('max_age:')) + 1;
  const written = Number(/^max_age:[ \t]*([0-9]+)/.exec(lines[at - 1] ?? '')?.[1] ?? maxAgeSeconds);
  const expected =
    'Whoever can block fetches that long gets round the policy; weeks are expected (Sections 3.2 and 10.2).';
  return [
    ...(mode !== 'none' && maxAgeSeconds < MAX_AGE_SECONDS_MIN
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
  ];
}

function warning(code: string, line: number, says: string, why: string): LintFinding {
  return { code, severity: 'warning', where: 'file', line, says, why };
}
