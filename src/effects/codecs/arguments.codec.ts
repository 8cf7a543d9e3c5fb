/* What callers give services, stores and hosts, where several of them take the same. */
import type { BodyStore, QueueStore } from '../queue-stores.js';
import type { AttemptStore, StoreBounds, TlsReportStore } from '../stores.js';
import { type Fields, methods, strictObject } from './strict-object.js';
import { callable, Line, listOf, such, Text, wholeFrom } from './values.js';

export const Count = wholeFrom(1, 1_000_000_000);
/** A wait or a deadline, in milliseconds. */
export const TimeMs = wholeFrom(1, Number.MAX_SAFE_INTEGER);
/** As {@link TimeMs}; there may be none. */
export const GraceMs = wholeFrom(0, Number.MAX_SAFE_INTEGER);
export const Clock = callable<() => number>();
export const Pems = listOf('a list of certificates in PEM', Text);

export const Folder = such(
  'the path of a folder',
  (value): value is string => typeof value === 'string' && value !== '' && !value.includes('\0'),
);

export const FilledLine = such(
  'a text of one line that is not empty',
  (value): value is string => Line.is(value) && value.trim() !== '',
);

export const BOUNDS: Fields<StoreBounds> = {
  entriesMax: Count,
  domainsMax: Count,
  policiesMax: Count,
  detailsMax: Count,
  attemptsMax: Count,
  signalsMax: Count,
};

export const BoundsCodec = strictObject<Partial<StoreBounds>>('bounds of stores', BOUNDS, []);

export const TlsReportStoreCodec = methods<TlsReportStore>('a store of reports', {
  add: true,
  list: true,
  read: true,
  claim: true,
  settle: true,
  prune: true,
});

export const AttemptStoreCodec = methods<AttemptStore>('a store of attempts', {
  read: true,
  write: true,
  prune: true,
});

export const QueueStoreCodec = methods<QueueStore>('a store of queued messages', {
  accept: true,
  claim: true,
  settle: true,
  beat: true,
  beats: true,
  recover: true,
  giveBack: true,
  nextDue: true,
  review: true,
  catchUp: true,
  order: true,
  orders: true,
  show: true,
  list: true,
  counts: true,
  lanes: true,
  prune: true,
  forgetLanes: true,
  among: true,
});

export const BodyStoreCodec = methods<BodyStore>('a store of the octets of messages', {
  keep: true,
  read: true,
  remove: true,
  list: true,
});
