/**
 * Said by whoever looks for deliveries by lane or state. What has ended stands in neither index, so that days of it cost nothing; and who
 * knows the keys does not say it, since SQLite without statistics takes all of one state for fewer than a few keys.
 */
export const OPEN = "state <> 'ended'";

/** The tables of the queue. A lane is due when the first of what waits in it is; null: nothing waits there. */
export const queueStatements = (key: string): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS waxseal_queue_messages (
     id ${key} PRIMARY KEY, data text NOT NULL, ends_at bigint NOT NULL, held integer NOT NULL, held_at bigint NOT NULL,
     transport text, ended_at bigint)`,
  'CREATE INDEX IF NOT EXISTS waxseal_queue_messages_by_end ON waxseal_queue_messages (ended_at, id) WHERE ended_at IS NOT NULL',
  `CREATE TABLE IF NOT EXISTS waxseal_queue_recipients (
     message ${key}, position integer NOT NULL, delivery ${key}, ended text, data text NOT NULL, PRIMARY KEY (message, position))`,
  'CREATE INDEX IF NOT EXISTS waxseal_queue_recipients_by_delivery ON waxseal_queue_recipients (delivery)',
  `CREATE TABLE IF NOT EXISTS waxseal_queue_deliveries (
     id ${key} PRIMARY KEY, message ${key}, lane ${key}, state text NOT NULL, due bigint NOT NULL, attempts integer NOT NULL,
     fence bigint NOT NULL, owner ${key}, unsettled integer NOT NULL, ordered text, data text NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS waxseal_queue_deliveries_by_lane ON waxseal_queue_deliveries (lane, state, due, id) WHERE ${OPEN}`,
  `CREATE INDEX IF NOT EXISTS waxseal_queue_deliveries_by_state ON waxseal_queue_deliveries (state, owner) WHERE ${OPEN}`,
  'CREATE INDEX IF NOT EXISTS waxseal_queue_deliveries_by_message ON waxseal_queue_deliveries (message)',
  `CREATE TABLE IF NOT EXISTS waxseal_queue_lanes (
     lane ${key} PRIMARY KEY, due bigint, running integer NOT NULL, failures integer NOT NULL, closed_until bigint NOT NULL,
     served bigint NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS waxseal_queue_lanes_by_time ON waxseal_queue_lanes (due)',
  `CREATE TABLE IF NOT EXISTS waxseal_queue_nodes (node ${key} PRIMARY KEY, beat bigint NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS waxseal_queue_orders (
     message ${key}, number integer NOT NULL, at bigint NOT NULL, actor text NOT NULL, ordered text NOT NULL,
     PRIMARY KEY (message, number))`,
  `CREATE TABLE IF NOT EXISTS waxseal_suppressions (
     address ${key} PRIMARY KEY, actor text NOT NULL, why text NOT NULL, at bigint NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS waxseal_queue_events (
     id ${key} PRIMARY KEY, told ${key} NOT NULL, event text NOT NULL, body text NOT NULL, at bigint NOT NULL,
     due bigint NOT NULL, tries integer NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS waxseal_queue_events_by_time ON waxseal_queue_events (told, due, id)',
  'CREATE INDEX IF NOT EXISTS waxseal_queue_events_by_age ON waxseal_queue_events (at, id)',
  `CREATE TABLE IF NOT EXISTS waxseal_queue_bodies (
     message ${key}, number integer NOT NULL, octets text NOT NULL, PRIMARY KEY (message, number))`,
];
