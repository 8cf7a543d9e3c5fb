import type { Place } from '../../../policy/tls-report/read/read-report.js';
import type { SourceFailure, SourceProblem } from './read-source.js';
import { MESSAGES_MAX } from './unpack.js';

/** Each problem in words: what is the matter, and what to do where something can be done. */
export const PROBLEM_WORDS: Readonly<Record<SourceProblem, string>> = {
  'too-large': 'it is larger than a report may be',
  'too-many-parts': 'the message has more parts than are read',
  'bad-message': 'the message cannot be parsed',
  'bad-gzip': 'the gzip data is damaged or incomplete',
  'octets-behind-gzip': 'the gzip data ends, and what follows is neither a report nor more of it',
  'zip-archive': 'it is a ZIP archive; reports are JSON or gzip (RFC 8460, Section 5.1), so unpack it',
  'utf-16': 'it is text in UTF-16; JSON is UTF-8 (RFC 8259, Section 8.1), so convert it',
  'unknown-form': 'it is neither JSON, nor gzip, nor a mail message',
  'nested-too-deep': 'it is packed in more layers than are opened',
  'too-many-messages': `the mailbox has more than ${MESSAGES_MAX} messages, and those beyond were not read; split it`,
  'too-many-problems': 'there are more problems than are told',
  'allowance-spent':
    'the rest was not read: there is more in the files than one run reads; give fewer at once',
  'no-report': 'there is no report in the message',
  'not-json': 'it is not JSON',
  'too-deep': 'it is nested deeper than a report can be',
  'not-an-object': 'it is JSON, and no report',
  'no-policies': 'it has no "policies", so it is no report (RFC 8460, Section 4.4)',
  'empty-policies': 'its "policies" is an empty list, so it tells nothing (RFC 8460, Section 4.4)',
  'no-policy': 'there is no policy in its "policies" (RFC 8460, Section 4.4)',
  'text-after-end': 'the report ends, and what follows was not read',
  'too-many-values': 'the report has more policies, failures or lines than are read; --json tells where',
};

/** A problem in words, with its place. */
export function wordsOf({ problem, place }: SourceFailure): string {
  return `${PROBLEM_WORDS[problem]}${place === null ? '' : `: ${placeWords(place)}`}`;
}

function placeWords({ line, column }: Place): string {
  return `line ${line}, column ${column}`;
}
