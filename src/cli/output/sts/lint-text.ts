import type { LintFinding } from '../../../policy/mta-sts/lint-finding.js';
import { printPolicyFile } from '../../../policy/mta-sts/policy-file.js';
import { printStsRecord } from '../../../policy/mta-sts/record.js';
import { type Paint, printable, type Style } from '../terminal.js';

/** What a good record and file look like. */
export interface StsExample {
  readonly record: string;
  readonly file: string;
}

const STYLES: Readonly<Record<LintFinding['severity'], Style>> = {
  error: 'red',
  warning: 'yellow',
  unknown: 'yellow',
};
const WEEKS_4_SECONDS = 2_419_200;

/** An example for those hosts; `domain` null: nobody said which one. */
export function exampleOf(hosts: readonly string[], domain: string | null): StsExample {
  const mx = hosts.length > 0 ? [...new Set(hosts)] : [`mx.${domain ?? 'example.org'}`];
  return {
    record: `_mta-sts.${domain ?? 'example.org'}. IN TXT "${printStsRecord('20260101T000000')}"`,
    file: printPolicyFile({ mode: 'enforce', mx, maxAgeSeconds: WEEKS_4_SECONDS }),
  };
}

/** What `waxseal sts lint` prints. */
export function renderLint(
  what: string,
  findings: readonly LintFinding[],
  example: StsExample,
  paint: Paint,
): string {
  const lines = findings.map(
    (finding) =>
      `${placeOf(what, finding)}: ${paint(STYLES[finding.severity], finding.severity)}: ${printable(finding.says)}  (${finding.code})\n    ${finding.why}\n`,
  );
  const isFaulty = findings.some(({ severity }) => severity !== 'unknown');
  const shown = isFaulty ? ['\nA good one looks like this:\n\n', ...exampleLines(example)] : [];
  const none = findings.length === 0 ? [`${printable(what)}: ${paint('green', 'nothing is wrong')}\n`] : [];
  return [...none, ...lines, ...shown].join('');
}

function placeOf(what: string, { where, line }: LintFinding): string {
  const place = where === 'file' ? (line === 0 ? 'file' : `line ${line}`) : where.replace('-', ' ');
  return `${printable(what)}: ${place}`;
}

function exampleLines({ record, file }: StsExample): readonly string[] {
  return [record, '', ...file.trimEnd().split('\n')].map((line) => `${`    ${printable(line)}`.trimEnd()}\n`);
}
