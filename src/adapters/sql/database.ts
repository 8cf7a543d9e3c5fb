/*
 * What the stores need of a database. They speak the SQL that SQLite and PostgreSQL have in common, with parameters
 * written ?1, ?2 and so on. Whatever a method rejects with, nothing of that transaction was kept.
 */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;
export type Query = (sql: string, ...values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

export interface SqlTransaction {
  readonly query: Query;
  /** Waits until no other transaction holds the lock of that name, and holds it until this one ends. */
  readonly lock: (name: string) => Promise<void>;
}

export interface SqlDatabase {
  /** One statement by itself, which only reads. */
  readonly query: Query;
  /** As `query`, for what a key finds at once: where the database is a file, asking somebody else for it costs more than finding it. */
  readonly find: Query;
  /** Kept if it resolves, undone if it rejects. */
  readonly write: <T>(run: (transaction: SqlTransaction) => Promise<T>) => Promise<T>;
  /** Several statements that see the same moment. */
  readonly snapshot: <T>(run: (query: Query) => Promise<T>) => Promise<T>;
  /** Statements in front of those that make the tables. */
  readonly beforeTables: readonly string[];
  /** The type of columns whose texts are compared octet by octet. */
  readonly keyType: string;
  readonly close: () => Promise<void>;
}

/** A number out of a row; PostgreSQL's driver gives 64-bit integers as texts. */
export function numberIn(row: SqlRow, column: string): number {
  return Number(row[column]);
}

export function textIn(row: SqlRow, column: string): string {
  return String(row[column]);
}
