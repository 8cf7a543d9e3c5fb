import { isAscii } from '../names/mailbox.js';
import type { LintFinding } from './lint-finding.js';
import { cited, isQuoted } from './lint-words.js';
import { RECORD_FIELD, readStsRecord, type StsRecordProblem, stsRecordsIn, trimBlanks } from './record.js';

/** The fields of the IANA registry (RFC 8461, Section 9.2). */
export const RECORD_FIELDS = ['v', 'id'] as const;

const NEAR_MAX = 5;

/**
 * What is wrong with the TXT records at `_mta-sts.DOMAIN`, each joined to one text. The only judge of records, wherever they
 * were found. Never throws.
 */
export function lintStsRecord(texts: readonly string[]): readonly LintFinding[] {
  const ours = stsRecordsIn(texts);
  const near = texts.filter((text) => !ours.includes(text) && isNearRecord(text)).slice(0, NEAR_MAX);
  if (ours.length === 0) return near.length === 0 ? [missing()] : near.map(lintNear);
  const several = `there are ${ours.length} records`;
  return unique([
    ...(ours.length > 1
      ? [error('record-several', several, 'Senders take more than one for none (Section 3.1).')]
      : []),
    ...ours.flatMap(lintOne),
    ...near.map((text) => ({ ...lintNear(text), code: 'record-beside', severity: 'warning' as const })),
  ]);
}

/** Whether a text that is no record was meant as one. */
export function isNearRecord(text: string): boolean {
  return /v[ \t]*[=:][ \t]*["'\u201c]?sts/i.test(text);
}

function missing(): LintFinding {
  return error(
    'record-missing',
    'there is no record',
    'Senders look for it first, and never fetch the policy (Section 3.1).',
  );
}

function lintNear(text: string): LintFinding {
  const says = `the record ${cited(text)} does not begin with "v=STSv1;"`;
  const why = 'The version stands first, exactly like this (Section 3.1).';
  return { ...error('record-prefix', says, why), ...detailOf(text) };
}

function detailOf(text: string): Pick<LintFinding, 'detail'> {
  if (/^[ \t]/.test(text)) return { detail: 'indented' };
  if (isQuoted(text)) return { detail: 'quotes' };
  if (/^v=STSv1[ \t]+;/.test(text)) return { detail: 'blank-before-semicolon' };
  if (/^v=STSv1(?![A-Za-z0-9])/.test(text)) return { detail: 'no-semicolon' };
  if (/^v=STSv1/i.test(text)) return { detail: 'case-or-version' };
  return { detail: 'other' };
}

function lintOne(text: string): readonly LintFinding[] {
  const read = readStsRecord([text]);
  const early = /^v=STSv1[ \t]/.test(text)
    ? [
        warning(
          'record-blank-before-semicolon',
          'a blank stands before the first semicolon',
          'The grammar lets it pass where there is no other TXT record; beside one, and for many senders, this is no MTA-STS record (Section 3.1).',
        ),
      ]
    : [];
  return [...early, ...(read.kind === 'invalid' ? [sayProblem(read.reason, text)] : []), ...lintFields(text)];
}

function sayProblem(reason: StsRecordProblem, text: string): LintFinding {
  switch (reason) {
    case 'several-records':
    case 'no-id':
      return error(
        'record-no-id',
        'the record has no id',
        'The id tells senders that the policy has changed (Section 3.1).',
      );
    case 'bad-id': {
      const id =
        fieldsOf(text)
          .find((field) => field.startsWith('id='))
          ?.slice(3) ?? '';
      return error(
        'record-bad-id',
        `the id is ${cited(id)}, and not 1 to 32 letters and digits`,
        'Nothing else may stand in it, no dash and no dot either (Section 3.1).',
      );
    }
    case 'blank-at-the-end':
      return error(
        'record-blank-at-the-end',
        'a blank stands at the end of the record',
        'Blanks belong to a semicolon, and behind the last field there is none; strict senders take the record for none (Section 3.1).',
      );
    case 'syntax':
      return isAscii(text)
        ? sayField(fieldsOf(text).find((field) => !RECORD_FIELD.test(field)) ?? '')
        : error(
            'record-not-ascii',
            'the record holds characters beyond ASCII',
            'Curly quotes and odd blanks come from copying out of documents (Section 3.1).',
          );
  }
}

function sayField(field: string): LintFinding {
  const why =
    'Fields are separated by semicolons, and each is a name, "=" and a value without blanks (Section 3.1).';
  const fault = (detail: string, says: string) => ({ ...error('record-syntax', says, why), detail });
  if (field === '') return fault('empty', 'there is nothing between two semicolons');
  if (isQuoted(field)) return fault('quotes', `there are quotation marks in ${cited(field)}`);
  if (/^[\w.-]+[ \t]*:/.test(field) && !field.includes('='))
    return fault('colon', `there is a colon in place of "=" in ${cited(field)}`);
  if (/^[\w.-]+[ \t]+=|=[ \t]/.test(field))
    return fault('blank', `there is a blank beside "=" in ${cited(field)}`);
  if (/=.*,/.test(field)) return fault('comma', `there is a comma in ${cited(field)}`);
  if (/[ \t]/.test(field)) return fault('blank', `there is a blank in ${cited(field)}`);
  return fault('field', `the field ${cited(field)} is not of the form name=value`);
}

function fieldsOf(text: string): readonly string[] {
  return text.split(';').slice(1).map(trimBlanks);
}

function lintFields(text: string): readonly LintFinding[] {
  const names = text.split(';').map((part) => trimBlanks(part).split('=', 1)[0]!);
  const repeated = RECORD_FIELDS.filter((name) => names.filter((each) => each === name).length > 1);
  const odd = names.filter((name) =>
    RECORD_FIELDS.some((field) => field !== name && field === name.toLowerCase()),
  );
  return [
    ...repeated.map((name) =>
      warning('record-duplicate', `${name} stands in it twice`, 'Only the first one counts (Section 3.2).'),
    ),
    ...odd.map((name) =>
      warning(
        'record-unknown-field',
        `"${name}" is not "${name.toLowerCase()}"`,
        'Names are exact; this one is ignored (Section 3.1).',
      ),
    ),
  ];
}

function unique(findings: readonly LintFinding[]): readonly LintFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.says}`, finding])).values()];
}

function error(code: string, says: string, why: string): LintFinding {
  return { code, severity: 'error', where: 'record', line: 0, says, why };
}

function warning(code: string, says: string, why: string): LintFinding {
  return { ...error(code, says, why), severity: 'warning' };
}
