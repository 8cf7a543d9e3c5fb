/*
 * From what lies in a file to the texts of reports: plain JSON, gzip, a mail message with reports in it however deep, or a
 * mailbox of such. What a part is follows from how it begins; media types and file names only say which parts of a message
 * are meant to be reports, so that one that cannot be read is told of, and a logo is not.
 */

import type { OuterNames } from '../../../policy/tls-report/read/outer-names.js';
import { type Form, formOf } from './form.js';
import { gunzip } from './gunzip.js';
import { messagesOf } from './mbox.js';
import { type Message, type MessagePart, type MessageProblem, readMessage } from './message-parts.js';

/** Why there is no report to be had from a part. */
export type UnpackProblem =
  | MessageProblem
  | 'bad-gzip'
  | 'zip-archive'
  | 'unknown-form'
  | 'nested-too-deep'
  | 'too-many-messages'
  | 'no-report';

export interface PackedReport {
  readonly text: string;
  readonly names: OuterNames;
}

export interface UnpackFailure<Problem extends string = UnpackProblem> {
  /** Which part of the source, as far as it has a name. */
  readonly part: string;
  readonly problem: Problem;
}

export interface Unpacked {
  readonly reports: readonly PackedReport[];
  readonly failures: readonly UnpackFailure[];
}

/** RFC 8460, Section 6.2, and what senders use instead. */
const REPORT_MEDIA_TYPES: readonly string[] = [
  'application/tlsrpt+gzip',
  'application/tlsrpt+json',
  'application/tlsrpt',
  'application/gzip',
  'application/x-gzip',
  'application/json',
];
const REPORT_FILE_NAME = /\.(?:json|gz)$/i;

/** Layers: a message in a message, gzip in a message. */
const LAYERS_MAX = 6;
/** Of one mailbox. */
export const MESSAGES_MAX = 10_000;
const REPORTS_MAX = 10_000;
/** Of one report, unpacked. */
const UNPACKED_OCTETS_MAX = 20_971_520;
/** Of all that one source unpacks to. */
const ALL_OCTETS_MAX = 134_217_728;

/** Finds the reports in a source. Never rejects. */
export async function unpackReports(octets: Uint8Array, fileName: string): Promise<Unpacked> {
  const search = new Search();
  const names = { subject: '', reportDomain: '', reportSubmitter: '', fileName, form: 'plain' } as const;
  await search.look(octets, names, 0);
  return { reports: search.reports, failures: search.failures };
}

class Search {
  readonly reports: PackedReport[] = [];
  readonly failures: UnpackFailure[] = [];
  private octetsLeft = ALL_OCTETS_MAX;

  async look(octets: Uint8Array, names: OuterNames, layer: number): Promise<void> {
    if (layer > LAYERS_MAX) return this.fail(names.fileName, 'nested-too-deep');
    const form: Form = formOf(octets);
    switch (form) {
      case 'gzip':
        return this.lookInGzip(octets, names, layer);
      case 'json':
        return this.take(octets, names);
      case 'message':
        return this.lookInMessage(octets, names.fileName, layer);
      case 'mbox':
        return this.lookInMbox(octets, names.fileName, layer);
      case 'zip':
        return this.fail(names.fileName, 'zip-archive');
      case 'unknown':
        return this.fail(names.fileName, 'unknown-form');
    }
  }

  private async lookInGzip(octets: Uint8Array, names: OuterNames, layer: number): Promise<void> {
    const unpacked = await gunzip(octets, Math.min(UNPACKED_OCTETS_MAX, this.octetsLeft));
    if (unpacked.kind === 'failed') return this.fail(names.fileName, unpacked.problem);
    this.octetsLeft -= unpacked.octets.length;
    await this.look(unpacked.octets, { ...names, form: 'gzip' }, layer + 1);
  }

  private async lookInMbox(octets: Uint8Array, fileName: string, layer: number): Promise<void> {
    const { messages, rest } = messagesOf(octets, MESSAGES_MAX);
    for (const message of messages) await this.lookInMessage(message, fileName, layer + 1);
    if (rest === 'left-out') this.fail(fileName, 'too-many-messages');
  }

  private async lookInMessage(octets: Uint8Array, fileName: string, layer: number): Promise<void> {
    this.octetsLeft -= octets.length;
    if (this.octetsLeft < 0) return this.fail(fileName, 'too-large');
    const read = await readMessage(octets);
    if (read.kind === 'failed') return this.fail(fileName, read.problem);
    const { message } = read;
    const meant = message.parts.filter(isMeant);
    for (const part of meant) await this.look(part.octets, namesIn(message, part.fileName), layer + 1);
    if (meant.length > 0) return;
    const text = Buffer.from(message.text);
    if (formOf(text) === 'json') return this.take(text, namesIn(message, ''));
    this.fail(fileName, 'no-report');
  }

  private take(octets: Uint8Array, names: OuterNames): void {
    if (octets.length > UNPACKED_OCTETS_MAX || this.reports.length >= REPORTS_MAX) {
      this.fail(names.fileName, 'too-large');
      return;
    }
    // The report's own reader looks at the byte order mark, and at what could not be decoded.
    this.reports.push({ text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets), names });
  }

  private fail(part: string, problem: UnpackProblem): void {
    this.failures.push({ part, problem });
  }
}

/** Whether a part is meant to be a report, or may hold one. */
function isMeant({ mediaType, fileName, octets }: MessagePart): boolean {
  if (mediaType === 'message/rfc822') return true;
  if (REPORT_MEDIA_TYPES.includes(mediaType) || REPORT_FILE_NAME.test(fileName)) return true;
  return ['gzip', 'json'].includes(formOf(octets));
}

function namesIn({ fields }: Message, fileName: string): OuterNames {
  return {
    subject: fields.get('subject') ?? '',
    reportDomain: fields.get('tls-report-domain') ?? '',
    reportSubmitter: fields.get('tls-report-submitter') ?? '',
    fileName,
    form: 'plain',
  };
}
