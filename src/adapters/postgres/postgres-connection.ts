export interface PostgresConnection {
  /** For example `postgres://user@host/database`; its parameters are those of the package pg. */
  readonly url: string;
  /** The schema that the tables are in, which is made if it is not there. Default: the first of the role's own. */
  readonly schema?: string;
  /** Default 5. */
  readonly connectionsMax?: number;
  /** How long a connection, a lock or a statement may take. Default 5000. */
  readonly deadlineMs?: number;
}
