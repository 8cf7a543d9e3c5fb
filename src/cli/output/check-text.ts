/*
 * Findings for people: worst first, and what is in order last. Findings that say the same of several addresses stand
 * together, with what to do about them once. What is to be published is never wrapped, so that it can be copied.
 */
import { type Finding, SEVERITIES, type Severity } from '../../policy/check/finding.js';
import { type Paint, printable, type Style } from './terminal.js';
import { wrapped } from './wrap.js';

const LABEL_WIDTH = 9;

const HEADINGS: Readonly<Record<Severity, readonly [one: string, many: string, style: Style]>> = {
  critical: ['critical', 'critical', 'red'],
  error: ['error', 'errors', 'red'],
  warning: ['warning', 'warnings', 'yellow'],
  notice: ['notice', 'notices', 'cyan'],
  good: ['in order', 'in order', 'green'],
};

/** What `waxseal check` prints. */
export function renderCheck(domain: string, findings: readonly Finding[], paint: Paint): string {
  const sections = SEVERITIES.flatMap((severity) => {
    const of = findings.filter((finding) => finding.severity === severity);
    return of.length === 0 ? [] : [renderSection(severity, of, paint)];
  });
  return `${paint('bold', printable(domain))}  ${summaryOf(findings, paint)}\n\n${sections.join('\n')}`;
}

function summaryOf(findings: readonly Finding[], paint: Paint): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const [one, many, style] = HEADINGS[severity];
    return count === 0 ? [] : [paint(style, `${count} ${count === 1 ? one : many}`)];
  });
  return counts.join(', ');
}

function renderSection(severity: Severity, findings: readonly Finding[], paint: Paint): string {
  const [one, many, style] = HEADINGS[severity];
  const heading = paint(style, (findings.length === 1 ? one : many).toUpperCase());
  if (severity === 'good')
    return `${heading}\n${findings.map(({ what }) => wrapped(what, '  ', '    ')).join('')}`;
  return `${heading}\n${groupsOf(findings)
    .map((group) => renderGroup(group, paint))
    .join('\n')}`;
}

type Group = readonly [Finding, ...Finding[]];

/** Those that differ in the place only. */
function groupsOf(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.id, finding.why, finding.todo]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [finding]);
    else known.push(finding);
  }
  return [...groups.values()];
}

function renderGroup(group: Group, paint: Paint): string {
  const [{ id, why, todo, refs, clause }] = group;
  const lines = group.map(({ what }) => paint('bold', wrapped(what, '  ', '    ')));
  const publish = [...new Set(group.flatMap((finding) => finding.publish?.split('\n') ?? []))];
  const where = [clause, refs.join(' ')].filter((part) => part !== '').join('; ');
  return [
    ...lines,
    labelled('why', why, paint),
    ...(todo === null ? [] : [labelled('do', todo, paint)]),
    ...publish.map((line, at) =>
      `    ${paint('dim', (at === 0 ? 'publish' : '').padEnd(LABEL_WIDTH))}${printable(line)}`
        .trimEnd()
        .concat('\n'),
    ),
    labelled('see', where === '' ? id : `${where} (${id})`, paint),
  ].join('');
}

function labelled(label: string, text: string, paint: Paint): string {
  const rest = ' '.repeat(4 + LABEL_WIDTH);
  const body = wrapped(text, rest, rest).slice(rest.length);
  return `    ${paint('dim', label.padEnd(LABEL_WIDTH))}${body}`;
}
