/*
 * What a zone's signed denials prove about one question. The records given here are verified and of one zone; what they
 * say about names outside of it, or below a delegation from it, counts for nothing (RFC 6840, Section 4.1).
 */
import type { Denial, DenialRecord, Expansion } from './denial-record.js';
import { TYPE, type WireQuestion } from './message.js';
import { denyByNsec, expandsByNsec, readNsec } from './nsec.js';
import { denyByNsec3, expandsByNsec3, readNsec3 } from './nsec3.js';
import type { Budget } from './signed-set.js';

/** What is proven about a name and type that had no answer (RFC 4035, Section 5.4; RFC 5155, Section 8). */
export function denialBy(
  records: readonly DenialRecord[],
  zone: string,
  question: WireQuestion,
  budget: Budget,
): Denial {
  const denial = denyByNsec(nsecsOf(records), zone, question);
  return denial === 'unproven' ? denyByNsec3(nsec3sOf(records, zone), zone, question, budget) : denial;
}

/** Whether a wildcard right below `encloser` may stand for this name (RFC 4035, Section 5.3.4; RFC 5155, Section 8.8). */
export function expansionBy(
  records: readonly DenialRecord[],
  zone: string,
  name: string,
  encloser: string,
  budget: Budget,
): Expansion {
  if (expandsByNsec(nsecsOf(records), zone, name, encloser)) return 'proven';
  return expandsByNsec3(nsec3sOf(records, zone), name, encloser, budget);
}

function nsecsOf(records: readonly DenialRecord[]) {
  return records.flatMap((record) => (record.type === TYPE.NSEC ? (readNsec(record) ?? []) : []));
}

function nsec3sOf(records: readonly DenialRecord[], zone: string) {
  return records.flatMap((record) => (record.type === TYPE.NSEC3 ? (readNsec3(record, zone) ?? []) : []));
}
