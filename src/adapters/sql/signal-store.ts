import type { Sighted, SignalStore, SignalStoreBounds } from '../../effects/stores.js';
import type { DomainSignals, SeenSignal } from '../../policy/signals/domain-signals.js';
import { SIGNALS, type Signal } from '../../policy/signals/sighting.js';
import { numberIn, type SqlDatabase, type SqlRow, textIn } from './database.js';
import { inKeyOrder, insertRows } from './statements.js';

/** Signals in a database, a row for each scope, domain and signal. */
export function sqlSignalStore(database: SqlDatabase, { signalsMax }: SignalStoreBounds): SignalStore {
  return {
    read: (scope, domains) =>
      database.snapshot(async (query) => {
        const found: DomainSignals[] = [];
        for (const domain of domains) {
          const sql = 'SELECT signal, value, at FROM waxseal_signals WHERE scope = ?1 AND domain = ?2';
          found.push(Object.fromEntries((await query(sql, scope, domain)).flatMap(seenIn)));
        }
        return found;
      }),
    note: (sightings) =>
      database.write(async ({ query }) => {
        const latest = new Map<string, Row>();
        for (const row of sightings.flatMap(rowsOf)) {
          const known = latest.get(keyOf(row));
          if (known === undefined || row.at >= known.at) latest.set(keyOf(row), row);
        }
        await insertRows(
          query,
          {
            into: 'waxseal_signals (scope, domain, signal, value, at)',
            then: `ON CONFLICT (scope, domain, signal) DO UPDATE SET value = excluded.value, at = excluded.at
              WHERE excluded.at >= waxseal_signals.at`,
          },
          [...latest]
            .sort(inKeyOrder)
            .map(([, { scope, domain, signal, value, at }]) => [scope, domain, signal, value, at]),
        );
      }),
    prune: (before) =>
      database.write(async ({ query }) => {
        const old = await query('DELETE FROM waxseal_signals WHERE at < ?1 RETURNING signal', before);
        const [counted] = await query('SELECT count(*) AS rows FROM waxseal_signals');
        const over = Math.max(0, numberIn(counted!, 'rows') - signalsMax);
        if (over === 0) return old.length;
        await query(
          `DELETE FROM waxseal_signals WHERE (scope, domain, signal) IN
             (SELECT scope, domain, signal FROM waxseal_signals ORDER BY at, scope, domain, signal LIMIT ?1)`,
          over,
        );
        return old.length + over;
      }),
  };
}

interface Row {
  readonly scope: string;
  readonly domain: string;
  readonly signal: Signal;
  readonly value: SeenSignal['value'];
  readonly at: number;
}

function rowsOf({ scope, domain, sighting, at }: Sighted): readonly Row[] {
  return SIGNALS.flatMap((signal) => {
    const value = sighting[signal];
    return value === undefined ? [] : [{ scope, domain, signal, value, at }];
  });
}

function keyOf({ scope, domain, signal }: Row): string {
  return `${scope}\0${domain}\0${signal}`;
}

/** A word that a later version may have written is not known. */
function seenIn(row: SqlRow): readonly (readonly [Signal, SeenSignal])[] {
  const signal = SIGNALS.find((each) => each === textIn(row, 'signal'));
  const value = (['yes', 'no'] as const).find((each) => each === textIn(row, 'value'));
  return signal === undefined || value === undefined ? [] : [[signal, { value, at: numberIn(row, 'at') }]];
}
