import type { SourceProblem } from './read-source.js';
import { MESSAGES_MAX } from './unpack.js';

/** Each problem in words: what is the matter, and what to do where something can be done. */
export const PROBLEM_WORDS: Readonly<Record<SourceProblem, string>> = {
  'too-large': 'it is larger than a report may be',
  'too-many-parts': 'the message has more lines or parts than are read',
  'bad-message': 'the message cannot be parsed',
  'bad-gzip': 'the gzip data is damaged or incomplete',
  'zip-archive': 'it is a ZIP archive; reports are JSON or gzip (RFC 8460, Section 5.1)',
  'unknown-form': 'it is neither JSON, nor gzip, nor a mail message',
  'nested-too-deep': 'it is packed in more layers than are opened',
  'too-many-messages': `the mailbox has more than ${MESSAGES_MAX} messages, and those beyond were not read; split it`,
  'no-report': 'there is no report in the message',
  'not-json': 'it is not JSON',
  'too-deep': 'it is nested deeper than a report can be',
  'not-an-object': 'it is JSON, and no report',
  'no-policies': 'it has no "policies", so it is no report (RFC 8460, Section 4.4)',
};
