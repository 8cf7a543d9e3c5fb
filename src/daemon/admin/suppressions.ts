/* The suppression list over HTTP: shown, put in, taken out, with the name of who did. */
import type { IncomingMessage } from 'node:http';
import { domainToASCII } from 'node:url';
import { type Decoded, decodeWith, parseJson } from '../../effects/codecs/result.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { such } from '../../effects/codecs/values.js';
import type { Suppression, SuppressionStore } from '../../effects/queue-stores.js';
import { comparable, parseMailbox } from '../../policy/names/mailbox.js';
import { HttpRefusal, type HttpReply, json, jsonBodyOf } from './http-server.js';

/** An address on the list as it is shown; `at` is a time of ISO 8601. */
export interface SuppressionView extends Omit<Suppression, 'at'> {
  readonly at: string;
}

const JSON_OCTETS_MAX = 65_536;
export const PAGE_ENTRIES_MAX = 500;

const Said = such(
  'a text of 1 to 1000 characters',
  (value): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= 1000,
);
const Added = strictObject<Omit<Suppression, 'at'>>('an address with its reason', {
  ...{ address: Said, actor: Said, why: Said },
});

/** An entry for people and their programs. */
export function suppressionView(entry: Suppression): SuppressionView {
  return { ...entry, at: new Date(entry.at).toISOString() };
}

/** An address as the list has it: comparable, its domain in A-labels; null: it is none. */
export function suppressedAddress(text: string): string | null {
  const mailbox = parseMailbox(text, domainToASCII);
  return mailbox === null ? null : comparable(mailbox.address);
}

export async function listSuppressions(store: SuppressionStore, query: URLSearchParams): Promise<HttpReply> {
  const limit = Number(query.get('limit') ?? PAGE_ENTRIES_MAX);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_ENTRIES_MAX)
    throw new HttpRefusal(400, `limit is a whole number from 1 to ${PAGE_ENTRIES_MAX}`);
  const entries = await store.list({ after: query.get('after'), entriesMax: limit });
  return json(200, { suppressions: entries.map(suppressionView) });
}

export async function addSuppression(
  store: SuppressionStore,
  request: IncomingMessage,
  now: number,
): Promise<HttpReply> {
  const given = await jsonBodyOf(request, JSON_OCTETS_MAX, 'an address', decoded);
  const entry = { ...given, address: addressIn(given.address), at: now };
  await store.add(entry);
  return json(201, { suppressions: [suppressionView(entry)] });
}

export async function removeSuppression(store: SuppressionStore, text: string): Promise<HttpReply> {
  const address = addressIn(text);
  if ((await store.remove(address)) === 'unknown')
    throw new HttpRefusal(404, `${address} is not on the suppression list`);
  return json(200, { suppressions: [] });
}

function decoded(text: string): Decoded<Omit<Suppression, 'at'>> {
  const value = parseJson(text, JSON_OCTETS_MAX);
  return value.ok ? decodeWith(Added, value.value) : value;
}

function addressIn(text: string): string {
  const address = suppressedAddress(text);
  if (address === null)
    throw new HttpRefusal(400, `${JSON.stringify(text.slice(0, 100))} is not a mail address`);
  return address;
}
