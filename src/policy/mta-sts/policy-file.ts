/*
 * The policy file (RFC 8461, Section 3.2). Lines end in LF or CRLF, mixed; blank lines and a leading byte order mark are
 * let pass, because dropping a policy for them would be a downgrade; anything else that is no "key: value" line
 * makes the policy invalid, and so does a known key with a bad value. Of equal keys, `mx` apart, the first counts.
 */
import { parseHostName } from '../names/domain-name.js';
import type { StsMode, StsPolicy } from './policy.js';
import { trimBlanks } from './record.js';

export type PolicyFile =
  | { readonly kind: 'valid'; readonly policy: StsPolicy }
  | { readonly kind: 'invalid'; readonly problem: PolicyProblem; readonly line: number };

export type PolicyProblem =
  | 'too-long'
  | 'too-many-lines'
  | 'not-a-field'
  | 'bad-version'
  | 'bad-mode'
  | 'bad-max-age'
  | 'bad-mx'
  | 'too-many-mx'
  | 'no-version'
  | 'no-mode'
  | 'no-max-age'
  | 'no-mx';

/** RFC 8461, Section 3.3 (64 KB), and bounds of our own. */
export const POLICY_LENGTH_MAX = 65_536;
const LINES_MAX = 1000;
const MX_MAX = 100;
/** RFC 8461, Section 3.2: the maximum value of max_age, about a year. Larger ones are cut down to it. */
export const MAX_AGE_SECONDS_MAX = 31_557_600;
const REPORT_LINES_MAX = 100;
const REPORT_LINE_LENGTH_MAX = 256;

const FIELD = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):(.*)$/s;
const MODES: readonly string[] = ['enforce', 'testing', 'none'] satisfies StsMode[];

/** Reads a policy file. Never throws; `line` counts from 1, 0 means the file as a whole. */
export function readPolicyFile(text: string): PolicyFile {
  if (text.length > POLICY_LENGTH_MAX) return invalid('too-long', 0);
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map(withoutCarriageReturn);
  if (lines.length > LINES_MAX + 1) return invalid('too-many-lines', 0);
  const known = new Map<string, string>();
  const mx: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (trimBlanks(line) === '') continue;
    const parts = FIELD.exec(line);
    const value = parts === null ? '' : trimBlanks(parts[2]!);
    if (parts === null || value === '' || hasControl(value)) return invalid('not-a-field', at + 1);
    const key = parts[1]!;
    if (known.has(key)) continue;
    const problem = judgeField(key, value);
    if (problem !== null) return invalid(problem, at + 1);
    if (key === 'mx') mx.push(value.toLowerCase());
    else known.set(key, value);
    if (mx.length > MX_MAX) return invalid('too-many-mx', at + 1);
  }
  const missing = whatIsMissing(known, mx);
  if (missing !== null) return invalid(missing, 0);
  const policy = {
    mode: known.get('mode') as StsMode,
    mx,
    maxAgeSeconds: Math.min(Number(known.get('max_age')), MAX_AGE_SECONDS_MAX),
    lines: reportLines(lines),
  };
  return { kind: 'valid', policy };
}

/** Whether a value is an `mx` pattern: a host name in A-labels, or "*." and one. */
export function isMxPattern(value: string): boolean {
  const host = value.startsWith('*.') ? value.slice(2) : value;
  return !host.endsWith('.') && parseHostName(host) !== null;
}

/** A policy file that reads back as the policy. */
export function printPolicyFile(policy: Pick<StsPolicy, 'mode' | 'mx' | 'maxAgeSeconds'>): string {
  const mx = policy.mx.map((pattern) => `mx: ${pattern}\n`).join('');
  return `version: STSv1\nmode: ${policy.mode}\n${mx}max_age: ${policy.maxAgeSeconds}\n`;
}

function judgeField(key: string, value: string): PolicyProblem | null {
  switch (key) {
    case 'version':
      return value === 'STSv1' ? null : 'bad-version';
    case 'mode':
      return MODES.includes(value) ? null : 'bad-mode';
    case 'max_age':
      return /^[0-9]{1,10}$/.test(value) ? null : 'bad-max-age';
    case 'mx':
      return isMxPattern(value) ? null : 'bad-mx';
    default:
      return null;
  }
}

function whatIsMissing(known: ReadonlyMap<string, string>, mx: readonly string[]): PolicyProblem | null {
  if (!known.has('version')) return 'no-version';
  if (!known.has('mode')) return 'no-mode';
  if (!known.has('max_age')) return 'no-max-age';
  return mx.length === 0 && known.get('mode') !== 'none' ? 'no-mx' : null;
}

function reportLines(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => trimBlanks(line).slice(0, REPORT_LINE_LENGTH_MAX))
    .filter((line) => line !== '')
    .slice(0, REPORT_LINES_MAX);
}

/** A carriage return counts as part of a line end only before a line feed. */
function withoutCarriageReturn(line: string, at: number, lines: readonly string[]): string {
  return at < lines.length - 1 && line.endsWith('\r') ? line.slice(0, -1) : line;
}

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\x00-\x1f\x7f]/.test(value);
}

function invalid(problem: PolicyProblem, line: number): PolicyFile {
  return { kind: 'invalid', problem, line };
}
