import { isAscii } from '../names/mailbox.js';
import type { LintFinding } from './lint-finding.js';
import { readStsRecord, trimBlanks } from './record.js';

/** The fields of the IANA registry (RFC 8461, Section 9.2). */
export const RECORD_FIELDS = ['v', 'id'] as const;

/** What is wrong with the TXT records at `_mta-sts.DOMAIN`, each joined to one text. Never throws. */
export function lintStsRecord(texts: readonly string[]): readonly LintFinding[] {
  const record = readStsRecord(texts);
  if (record.kind === 'absent') return [absent(texts)];
  const ours = texts.filter((text) => text.startsWith('v=STSv1;'));
  if (record.kind === 'found') return lintFields(ours[0]!);
  switch (record.reason) {
    case 'several-records':
      return [
        error(
          'record-several',
          `there are ${ours.length} records`,
          'Senders take more than one for none (Section 3.1).',
        ),
      ];
    case 'no-id':
      return [
        error(
          'record-no-id',
          'the record has no id',
          'The id tells senders that the policy has changed (Section 3.1).',
        ),
      ];
    case 'bad-id':
      return [
        error(
          'record-bad-id',
          'the id is not 1 to 32 letters and digits',
          'Nothing else may stand in it, no dash and no dot either (Section 3.1).',
        ),
      ];
    case 'syntax':
      return [
        isAscii(ours[0]!)
          ? error(
              'record-syntax',
              'a field is not of the form name=value',
              'Fields are separated by semicolons (Section 3.1).',
            )
          : error(
              'record-not-ascii',
              'the record holds characters beyond ASCII',
              'Curly quotes and odd blanks come from copying out of documents (Section 3.1).',
            ),
      ];
  }
}

function absent(texts: readonly string[]): LintFinding {
  const odd = texts.find((text) => /v\s*=\s*sts/i.test(text));
  if (odd === undefined)
    return error(
      'record-missing',
      'there is no record',
      'Senders look for it first, and never fetch the policy (Section 3.1).',
    );
  return error(
    'record-prefix',
    'the record does not begin with "v=STSv1;"',
    'The version stands first, exactly like this (Section 3.1).',
  );
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

function error(code: string, says: string, why: string): LintFinding {
  return { code, severity: 'error', where: 'record', line: 0, says, why };
}

function warning(code: string, says: string, why: string): LintFinding {
  return { ...error(code, says, why), severity: 'warning' };
}
