/** Stores in a PostgreSQL database, for the nodes of a cluster. */
import type { PolicyStoreBounds, Stores, TlsReportStoreBounds } from '../../effects/stores.js';
import { sqlStores } from '../sql/stores.js';
import { type PostgresConnection, postgresDatabase } from './postgres-database.js';

export interface PostgresOptions extends PostgresConnection {
  readonly bounds?: Partial<PolicyStoreBounds & TlsReportStoreBounds>;
}

/** Both stores in one database. Its tables, all called `waxseal_...`, are made when it is first asked. */
export function postgresStores({ bounds, ...connection }: PostgresOptions): Stores {
  return sqlStores(postgresDatabase(connection), bounds);
}
