/*
 * The policy file (RFC 8461, Section 3.2). To take a file for none lifts the protection that its owner asked for, so it is
 * refused only where a clause leaves nothing else:
 *
 *   refused as a whole        clause                                                    what it costs
 *   larger than 64 KB         3.3: senders MAY bound the size, and 64 KB is suggested   a policy, told by the lint
 *   no version, or another    3.2: required, only "STSv1" is supported                  what it would mean is unknown
 *   no mode, or another       3.2: required, three words, no default                    the same
 *   no max_age, or no number  3.2: required, 1 to 10 digits                             the same
 *   no mx, unless mode none   3.2: required at least once                               every host would be refused
 *
 * All else that cannot be read is passed over by the line, and what can be read stands: blank lines, a byte order mark, lines that
 * are no fields, unknown keys, what is duplicated. An `mx` whose value is no Domain is by the grammar an extension field, which
 * is ignored; one that is a Domain and the name of no host (an address, labels of digits or of any length) is kept, and lists
 * nobody. A max_age beyond the maximum is cut down to it. No line is counted: the size bounds them all.
 */
import type { StsMode, StsPolicy } from './policy.js';
import { trimmedPart } from './record.js';

export type PolicyFile =
  | { readonly kind: 'valid'; readonly policy: StsPolicy; readonly faults: readonly PolicyFault[] }
  | {
      readonly kind: 'invalid';
      /** The first thing that nothing can be made of. */
      readonly problem: PolicyProblem;
      readonly line: number;
      readonly faults: readonly PolicyFault[];
    };

export type PolicyProblem =
  | 'too-long'
  | 'not-a-field'
  | 'bad-version'
  | 'bad-mode'
  | 'bad-max-age'
  | 'bad-mx'
  | 'no-version'
  | 'no-mode'
  | 'no-max-age'
  | 'no-mx';

/** Something that the grammar does not have. `line` counts from 1; 0: the file as a whole. */
export interface PolicyFault {
  readonly problem: PolicyProblem;
  readonly line: number;
}

/** In octets; RFC 8461, Section 3.3. */
export const POLICY_LENGTH_MAX = 65_536;
/** RFC 8461, Section 3.2: the maximum value of max_age, about a year. Larger ones are cut down to it. */
export const MAX_AGE_SECONDS_MAX = 31_557_600;
const REPORT_LINES_MAX = 100;
const REPORT_LINE_LENGTH_MAX = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]/;
const MAX_AGE = /^[0-9]{1,10}$/;
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;
const MODES: readonly string[] = ['enforce', 'testing', 'none'] satisfies StsMode[];

/** Reads a policy file. Never throws. */
export function readPolicyFile(file: string): PolicyFile {
  if (isTooLong(file)) return invalid([{ problem: 'too-long', line: 0 }]);
  // Read in place: most of its cost would be the pieces that it is cut into.
  const text = withPlainLineEnds(file);
  const known: Known = { version: null, mode: null, max_age: null };
  const mx: string[] = [];
  const faults: PolicyFault[] = [];
  const shown: string[] = [];
  let colon = -1;
  for (let line = 1, from = 0; from < text.length; line++) {
    const end = indexOf(text, '\n', from);
    // Looked for once: there may be thousands of lines, and no colon.
    if (colon < from) colon = indexOf(text, ':', from);
    const trimmed = trimmedPart(text, from, end);
    if (trimmed !== '') {
      if (shown.length < REPORT_LINES_MAX) shown.push(trimmed.slice(0, REPORT_LINE_LENGTH_MAX));
      const problem =
        colon > from && colon < end
          ? takeField(text.slice(from, colon), trimmedPart(text, colon + 1, end), known, mx)
          : 'not-a-field';
      if (problem !== null) faults.push({ problem, line });
    }
    from = end + 1;
  }
  const { mode, max_age: maxAge } = known;
  const all = missingFrom(known, mx, faults).concat(faults);
  if (all.some(({ problem }) => DECISIVE.has(problem)) || (mx.length === 0 && mode !== 'none'))
    return invalid(all);
  const policy = {
    mode: mode as StsMode,
    mx,
    maxAgeSeconds: Math.min(Number(maxAge), MAX_AGE_SECONDS_MAX),
    lines: shown,
  };
  return { kind: 'valid', policy, faults };
}

/** The lines of a policy file, without a byte order mark. Behind the last line end there is no line. */
export function linesOfPolicy(file: string): readonly string[] {
  const lines = withPlainLineEnds(file).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Without a byte order mark, too. No field can hold a carriage return, so a bare one ends a line. */
function withPlainLineEnds(file: string): string {
  const text = file.startsWith('\uFEFF') ? file.slice(1) : file;
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}

/** Where it is not, the end. */
function indexOf(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from);
  return at === -1 ? text.length : at;
}

/** Whether a value is an `mx` pattern: a Domain (RFC 5321, Section 4.1.2), or "*." and one. */
export function isMxPattern(value: string): boolean {
  let isStart = true;
  // A loop, because there may be thousands of lines.
  for (let at = value.startsWith('*.') ? 2 : 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    const isDot = code === DOT;
    if (isDot ? isStart : !isLetterOrDigit(code) && (code !== HYPHEN || isStart || isLabelEnd(value, at + 1)))
      return false;
    isStart = isDot;
  }
  return !isStart;
}

const DOT = 0x2e;
const HYPHEN = 0x2d;

function isLabelEnd(value: string, at: number): boolean {
  return at === value.length || value.charCodeAt(at) === DOT;
}

function isLetterOrDigit(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

/** A policy file that reads back as the policy. */
export function printPolicyFile(policy: Pick<StsPolicy, 'mode' | 'mx' | 'maxAgeSeconds'>): string {
  const mx = policy.mx.map((pattern) => `mx: ${pattern}\n`).join('');
  return `version: STSv1\nmode: ${policy.mode}\n${mx}max_age: ${policy.maxAgeSeconds}\n`;
}

/** The first value of each key that counts once, whether anything can be made of it or not; null: none. */
interface Known {
  version: string | null;
  mode: string | null;
  max_age: string | null;
}

/** Takes what a field says, and says what is wrong with it. */
function takeField(key: string, value: string, known: Known, mx: string[]): PolicyProblem | null {
  switch (key) {
    case 'version':
    case 'mode':
    case 'max_age': {
      const problem = judgeField(key, value);
      if (problem !== null && isNoValue(value)) return 'not-a-field';
      // Of equal keys the first counts, even where nothing can be made of it.
      if (known[key] !== null) return null;
      known[key] = value;
      return problem;
    }
    case 'mx':
      if (!isMxPattern(value)) return isNoValue(value) ? 'not-a-field' : 'bad-mx';
      mx.push(value.toLowerCase());
      return null;
    default:
      return KEY.test(key) && !isNoValue(value) ? null : 'not-a-field';
  }
}

/** No field has that value. Asked only of what is not exactly as it should be, which is the rare case. */
function isNoValue(value: string): boolean {
  return value === '' || CONTROL.test(value);
}

function judgeField(key: keyof Known, value: string): PolicyProblem | null {
  switch (key) {
    case 'version':
      return value === 'STSv1' ? null : 'bad-version';
    case 'mode':
      return MODES.includes(value) ? null : 'bad-mode';
    case 'max_age':
      return MAX_AGE.test(value) ? null : 'bad-max-age';
  }
}

const DECISIVE: ReadonlySet<PolicyProblem> = new Set([
  'bad-version',
  'bad-mode',
  'bad-max-age',
  'no-version',
  'no-mode',
  'no-max-age',
]);

/** `no-mx` would only repeat what is said of the lines that were meant as such. */
function missingFrom(
  known: Readonly<Known>,
  mx: readonly string[],
  faults: readonly PolicyFault[],
): readonly PolicyFault[] {
  const problems: PolicyProblem[] = [];
  if (known.version === null) problems.push('no-version');
  if (known.mode === null) problems.push('no-mode');
  if (known.max_age === null) problems.push('no-max-age');
  const isMeant = () => faults.some(({ problem }) => problem === 'bad-mx');
  if (mx.length === 0 && known.mode !== 'none' && !isMeant()) problems.push('no-mx');
  return problems.map((problem) => ({ problem, line: 0 }));
}

/** In UTF-8, as the file came; counted only where it matters. */
function isTooLong(text: string): boolean {
  // No code unit stands for more than three octets.
  if (text.length * 3 <= POLICY_LENGTH_MAX) return false;
  let octets = 0;
  for (let at = 0; at < text.length && octets <= POLICY_LENGTH_MAX; at++) {
    const code = text.charCodeAt(at);
    // Either half of a surrogate pair stands for two of its four octets.
    octets += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return octets > POLICY_LENGTH_MAX;
}

function invalid(faults: readonly PolicyFault[]): PolicyFile {
  const { problem, line } =
    faults.find((fault) => DECISIVE.has(fault.problem)) ??
    faults.find((fault) => fault.problem === 'bad-mx') ??
    faults[0]!;
  return { kind: 'invalid', problem, line, faults };
}
