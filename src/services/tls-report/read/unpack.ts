/*
 * From what lies in a file to the texts of reports: plain JSON, gzip, a mail message with reports in it however deep, or a
 * mailbox of such. What a part is follows from its own octets and name. Whatever stands behind the thing that was read is looked
 * at as well, and what is not read is told of; only texts for people and pictures in a message are passed over in silence.
 */
import type { OuterNames } from '../../../policy/tls-report/read/outer-names.js';
import type { Decoding } from '../../../policy/tls-report/read/read-report.js';
import type { Allowance } from './allowance.js';
import { formOf, isMail, withoutLead } from './form.js';
import { gunzip } from './gunzip.js';
import { inPieces, Pace } from './in-pieces.js';
import { messagesOf } from './mbox.js';
import {
  fieldOf,
  MESSAGE_OCTETS_MAX,
  type Message,
  type MessagePart,
  type MessageProblem,
  readMessage,
} from './message-parts.js';

/** Why there is no report to be had from a part, or not all of it was read. */
export type UnpackProblem =
  | MessageProblem
  | 'bad-gzip'
  | 'octets-behind-gzip'
  | 'zip-archive'
  | 'utf-16'
  | 'unknown-form'
  | 'nested-too-deep'
  | 'too-many-messages'
  | 'too-many-problems'
  | 'allowance-spent'
  | 'no-report';

/** A text that may hold reports. */
export interface PackedText {
  readonly text: string;
  readonly decoding: Decoding;
  readonly names: OuterNames;
}

/** Takes what was found; `fail` is told which part of the source is meant, as far as it has a name. */
export interface Finds {
  readonly take: (packed: PackedText) => Promise<void>;
  readonly fail: (part: string, problem: UnpackProblem) => void;
}

/** RFC 8460, Section 6.2, and what senders use instead. */
const REPORT_MEDIA_TYPES: readonly string[] = [
  'application/tlsrpt+gzip',
  'application/tlsrpt+json',
  'application/tlsrpt',
  'application/gzip',
  'application/x-gzip',
  'application/json',
  'application/zip',
  'application/x-zip-compressed',
  'message/rfc822',
  'message/global',
];
const REPORT_FILE_NAME = /\.(?:json|gz|zip|eml)$/i;

/** Layers: a message in a message, gzip in a message. */
const LAYERS_MAX = 6;
/** Of one mailbox. */
export const MESSAGES_MAX = 10_000;
/** Of one text, unpacked. */
const TEXT_OCTETS_MAX = 10_485_760;
const PADDING: readonly number[] = [0, 0x09, 0x0a, 0x0d, 0x20];
const PADDING_OCTETS_MAX = 65_536;

/** Finds the texts in a source. Never rejects. */
export async function unpack(
  octets: Uint8Array,
  fileName: string,
  finds: Finds,
  allowance: Allowance,
): Promise<void> {
  const names = { subject: '', reportDomain: '', reportSubmitter: '', fileName, form: 'plain' } as const;
  await new Search(finds, allowance).look(octets, names, 0);
}

class Search {
  constructor(
    private readonly finds: Finds,
    private readonly allowance: Allowance,
  ) {}

  async look(octets: Uint8Array, names: OuterNames, layer: number): Promise<void> {
    const { fileName } = names;
    if (layer > LAYERS_MAX) return this.finds.fail(fileName, 'nested-too-deep');
    if (!this.spend(octets.length)) return this.finds.fail(fileName, 'allowance-spent');
    const found = withoutLead(octets);
    switch (formOf(found)) {
      case 'gzip':
        return this.lookInGzip(found, names, layer);
      case 'json':
        // The report's own reader looks at what stands in front.
        return this.take(octets, names);
      case 'message':
        return this.lookInMessage(found, fileName, layer);
      case 'mbox':
        return this.lookInMbox(found, fileName, layer);
      case 'zip':
        return this.finds.fail(fileName, 'zip-archive');
      case 'utf-16':
        return this.finds.fail(fileName, 'utf-16');
      case 'unknown':
        return this.finds.fail(fileName, 'unknown-form');
    }
  }

  private async lookInGzip(octets: Uint8Array, names: OuterNames, layer: number): Promise<void> {
    const { fileName } = names;
    const room = Math.min(TEXT_OCTETS_MAX, this.allowance.octetsLeft);
    const { octets: unpacked, rest, problem } = await gunzip(octets, room);
    if (unpacked !== null) await this.look(unpacked, { ...names, form: 'gzip' }, layer + 1);
    if (problem !== null) {
      this.spend(room);
      return this.finds.fail(fileName, problem);
    }
    if (isPadding(rest)) return;
    if (formOf(withoutLead(rest)) === 'unknown') return this.finds.fail(fileName, 'octets-behind-gzip');
    await this.look(rest, names, layer + 1);
  }

  private async lookInMbox(octets: Uint8Array, fileName: string, layer: number): Promise<void> {
    const pace = new Pace();
    let messages = 0;
    for (const message of messagesOf(octets, MESSAGE_OCTETS_MAX)) {
      await pace.turn();
      if (message === null) continue;
      if (++messages > MESSAGES_MAX) return this.finds.fail(fileName, 'too-many-messages');
      await this.lookInMessage(message, fileName, layer + 1);
    }
  }

  private async lookInMessage(octets: Uint8Array, fileName: string, layer: number): Promise<void> {
    if (!this.spend(octets.length)) return this.finds.fail(fileName, 'allowance-spent');
    const read = await inPieces(readMessage(octets));
    if (read.kind === 'failed') return this.finds.fail(fileName, read.problem);
    const { message } = read;
    for (const likely of [isMeant, isReportText, isArchive]) {
      const meant = message.parts.filter(likely);
      for (const part of meant) await this.look(part.octets, namesIn(message, part.fileName), layer + 1);
      if (meant.length > 0) return;
    }
    this.finds.fail(fileName, 'no-report');
  }

  private async take(octets: Uint8Array, names: OuterNames): Promise<void> {
    if (octets.length > TEXT_OCTETS_MAX) return this.finds.fail(names.fileName, 'too-large');
    await this.finds.take({ ...decode(octets), names });
  }

  /** Whether there was enough left. */
  private spend(octets: number): boolean {
    this.allowance.spend('octets', octets);
    return !this.allowance.isSpent;
  }
}

/** Line ends and zeros come with whatever data was wrapped in. */
function isPadding(octets: Uint8Array): boolean {
  return octets.length <= PADDING_OCTETS_MAX && octets.every((octet) => PADDING.includes(octet));
}

/** As UTF-8; what is none is replaced, and that is noted. */
function decode(octets: Uint8Array): Pick<PackedText, 'text' | 'decoding'> {
  try {
    return {
      text: new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(octets),
      decoding: 'clean',
    };
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets), decoding: 'damaged' };
  }
}

/** Whether a part is meant to be a report, or to hold one. */
function isMeant({ mediaType, fileName, octets }: MessagePart): boolean {
  if (REPORT_MEDIA_TYPES.includes(mediaType) || REPORT_FILE_NAME.test(fileName)) return true;
  const found = withoutLead(octets);
  if (formOf(found) === 'gzip') return true;
  if (mediaType.startsWith('text/')) return false;
  return formOf(found) === 'json' || isMail(found);
}

/** Whether a text for people is a report all the same. */
function isReportText({ mediaType, octets }: MessagePart): boolean {
  if (mediaType !== 'text/plain') return false;
  const beginning = Buffer.from(withoutLead(octets).subarray(0, 1024)).toString('latin1');
  return /^\[?\s*\{\s*"/.test(beginning);
}

function isArchive({ octets }: MessagePart): boolean {
  return formOf(withoutLead(octets)) === 'zip';
}

function namesIn(message: Message, fileName: string): OuterNames {
  return {
    subject: fieldOf(message, 'subject'),
    reportDomain: fieldOf(message, 'tls-report-domain'),
    reportSubmitter: fieldOf(message, 'tls-report-submitter'),
    fileName,
    form: 'plain',
  };
}
