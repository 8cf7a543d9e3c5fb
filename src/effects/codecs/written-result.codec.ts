/*
 * A result as journals hold it. What a host came to stands in the result of each of its recipients, with every decision about it; and
 * a server that takes few recipients at a time has many made. Written out for each of them, a message for a thousand would take
 * hundreds of megabytes. So it is written for the first of them, and the others have his place.
 */
import * as t from 'io-ts';
import type { AttemptResult } from '../../policy/attempt/types.js';
import type { HostRun } from '../../policy/host/types.js';
import { AttemptResultCodec } from './attempt.codec.js';
import { PROBLEMS_MAX } from './result.js';
import { type Codec, such } from './values.js';

/** To be written. Equal results give equal texts, whether or not their hosts are the same objects. */
export function withHostsOnce(result: AttemptResult): object {
  const placeOf = new Map<HostRun, number>();
  const placeOfText = new Map<string, number>();
  const recipients = result.recipients.map((recipient, at) => {
    const { host } = recipient;
    if (host === null) return recipient;
    const text = placeOf.has(host) ? '' : JSON.stringify(host);
    const place = placeOf.get(host) ?? placeOfText.get(text) ?? at;
    placeOf.set(host, place);
    if (place !== at) return { ...recipient, host: place };
    placeOfText.set(text, at);
    return recipient;
  });
  return { ...result, recipients };
}

/** Reads what {@link withHostsOnce} made, and what was written with the host of each recipient in full. */
export const WrittenResultCodec: Codec<AttemptResult> = new t.Type<AttemptResult, unknown, unknown>(
  AttemptResultCodec.name,
  AttemptResultCodec.is,
  (value, context) => {
    const places = placesIn(value);
    if (places.size === 0) return AttemptResultCodec.validate(value, context);
    const read = AttemptResultCodec.validate(withoutPlaces(value as Written), context);
    return read._tag === 'Left' ? read : withHosts(read.right, places, context);
  },
  t.identity,
);

interface Written {
  readonly recipients: readonly { readonly host?: unknown }[];
}

/** For whom a place is written, and which. */
function placesIn(value: unknown): ReadonlyMap<number, number> {
  const { recipients } = (value ?? {}) as Partial<Written>;
  if (!Array.isArray(recipients)) return new Map();
  return new Map(
    (recipients as Written['recipients']).flatMap((recipient, at) =>
      typeof recipient?.host === 'number' ? [[at, recipient.host]] : [],
    ),
  );
}

function withoutPlaces(value: Written): object {
  const recipients = value.recipients.map((recipient) =>
    typeof recipient?.host === 'number' ? { ...recipient, host: null } : recipient,
  );
  return { ...value, recipients };
}

const Place = such(
  'the place of an earlier recipient with a host',
  (value): value is number => typeof value === 'number',
);

function withHosts(
  result: AttemptResult,
  places: ReadonlyMap<number, number>,
  context: t.Context,
): t.Validation<AttemptResult> {
  const errors: t.Errors = [];
  const recipients = result.recipients.map((recipient, at) => {
    const place = places.get(at);
    if (place === undefined) return recipient;
    const host = place < at ? (result.recipients[place]?.host ?? null) : null;
    if (host === null && errors.length < PROBLEMS_MAX) {
      const keys = ['recipients', `${at}`, 'host'].map((key) => ({ key, type: Place }));
      errors.push({ value: place, context: [...context, ...keys] });
    }
    return { ...recipient, host };
  });
  return errors.length > 0 ? t.failures(errors) : t.success({ ...result, recipients });
}
