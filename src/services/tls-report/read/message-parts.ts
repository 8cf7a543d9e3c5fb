/*
 * The parts of a mail message (RFC 2046), each by its own name and octets. Where a part stands, and whether it is shown inline,
 * changes nothing about what it is (RFC 2183, Section 2.1), so nothing is joined or filed here.
 */
import type { Steps } from '../../../policy/kernel/steps.js';
import { decodeWords, type Fields, parameterOf, readEntity, readParameterised } from './mail-fields.js';
import { decodeBody } from './transfer-encoding.js';

export interface MessagePart {
  /** In lower case. */
  readonly mediaType: string;
  readonly fileName: string;
  /** With the transfer encoding undone. */
  readonly octets: Uint8Array;
}

export interface Message {
  readonly fields: Fields;
  /** Those that are no multipart, in order. */
  readonly parts: readonly MessagePart[];
}

export type MessageProblem = 'too-large' | 'too-many-parts' | 'bad-message';

export type ReadMessage =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'failed'; readonly problem: MessageProblem };

/** What receivers commonly take (RFC 8460, Section 5.2). */
export const MESSAGE_OCTETS_MAX = 10_485_760;
const PARTS_MAX = 1000;
/** Lines that begin as a boundary does and are none. */
const NEAR_BOUNDARIES_MAX = 10_000;
const DEPTH_MAX = 16;

/** Reads a message, in steps. Never throws. */
export function* readMessage(octets: Uint8Array): Steps<ReadMessage> {
  if (octets.length > MESSAGE_OCTETS_MAX) return { kind: 'failed', problem: 'too-large' };
  const entity = readEntity(octets);
  if (entity === null) return { kind: 'failed', problem: 'bad-message' };
  const parts: MessagePart[] = [];
  const problem = yield* collect(octets, parts, 0);
  if (problem !== null) return { kind: 'failed', problem };
  return { kind: 'message', message: { fields: entity.fields, parts } };
}

/** Puts the parts of an entity into a list; null if that could be done. */
function* collect(octets: Uint8Array, parts: MessagePart[], depth: number): Steps<MessageProblem | null> {
  yield;
  const entity = readEntity(octets);
  if (entity === null || depth > DEPTH_MAX) return 'bad-message';
  const { fields, body } = entity;
  const type = readParameterised(fields.get('content-type') ?? '');
  const bodies = type.value.startsWith('multipart/') ? split(body, parameterOf(type, 'boundary')) : null;
  if (bodies === 'too-many-parts') return bodies;
  if (bodies === null) {
    if (parts.length >= PARTS_MAX) return 'too-many-parts';
    const disposition = readParameterised(fields.get('content-disposition') ?? '');
    parts.push({
      mediaType: type.value === '' ? 'text/plain' : type.value,
      fileName: parameterOf(disposition, 'filename') || parameterOf(type, 'name'),
      octets: decodeBody(body, fields.get('content-transfer-encoding') ?? ''),
    });
    return null;
  }
  for (const each of bodies) {
    const problem = yield* collect(each, parts, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/** What stands between the boundary lines of a multipart (RFC 2046, Section 5.1.1); null if there is none. */
function split(body: Uint8Array, boundary: string): readonly Uint8Array[] | null | 'too-many-parts' {
  if (boundary === '') return null;
  const octets = Buffer.from(body.buffer, body.byteOffset, body.length);
  const mark = Buffer.from(`--${boundary}`);
  const bodies: Uint8Array[] = [];
  let begin: number | null = null;
  let near = 0;
  for (let at = nextMark(octets, mark, 0); at !== null; at = nextMark(octets, mark, at + 1)) {
    const line = boundaryLine(octets, at + mark.length);
    if (line === null) {
      if (++near > NEAR_BOUNDARIES_MAX) return 'too-many-parts';
      continue;
    }
    if (begin !== null) bodies.push(octets.subarray(begin, Math.max(begin, beforeLineEnd(octets, at))));
    if (bodies.length > PARTS_MAX) return 'too-many-parts';
    begin = line.kind === 'close' ? null : line.end;
    if (line.kind === 'close') break;
  }
  // Whoever cut the message off, what is there is read.
  if (begin !== null) bodies.push(octets.subarray(begin));
  return bodies.length === 0 ? null : bodies;
}

/** Where a line begins with a text. */
function nextMark(octets: Buffer, mark: Buffer, from: number): number | null {
  if (from === 0 && octets.subarray(0, mark.length).equals(mark)) return 0;
  const at = octets.indexOf(Buffer.concat([Buffer.from('\n'), mark]), Math.max(0, from - 1));
  return at < 0 ? null : at + 1;
}

/** The line end before a boundary belongs to the boundary. */
function beforeLineEnd(octets: Buffer, at: number): number {
  return octets[at - 2] === 0x0d ? at - 2 : at - 1;
}

/** What follows a boundary: blanks and the end of the line, or two hyphens before that; null if it is another text. */
function boundaryLine(octets: Buffer, from: number) {
  const isClose = octets[from] === 0x2d && octets[from + 1] === 0x2d;
  let at = isClose ? from + 2 : from;
  while (at - from < 80 && (octets[at] === 0x20 || octets[at] === 0x09 || octets[at] === 0x0d)) at++;
  if (at < octets.length && octets[at] !== 0x0a) return null;
  return { kind: isClose ? 'close' : 'part', end: Math.min(at + 1, octets.length) } as const;
}

/** A field of a message, its encoded words undone; "" if it is not there. */
export function fieldOf({ fields }: Message, name: string): string {
  return decodeWords(fields.get(name) ?? '');
}
