/* As much of ZoneMTA as is used here; it has no types of its own. */
import type { Socket } from 'node:net';

/** A message for one recipient, as a sender process holds it. */
export interface ZoneDelivery {
  readonly id: string;
  readonly seq: string;
  readonly domain: string;
  readonly sendingZone: string;
  readonly recipient: string;
  readonly http?: boolean;
  /** Which of the zone's addresses it goes out from. */
  readonly zoneAddress?: ZoneAddress | false;
  readonly zoneAddressIPv4?: ZoneAddress | false;
  readonly _deferred?: { readonly count?: number };
  useLMTP?: boolean;
  skipSTS?: boolean;
  mxSecure?: boolean;
  mx?: readonly {
    readonly priority: number;
    readonly exchange: string;
    readonly A: readonly string[];
    readonly AAAA: readonly string[];
  }[];
  mxPort?: number;
  /** What notices call the remote host. */
  mxHostname?: string;
  connectionKey?: string | false;
}

export interface ZoneAddress {
  readonly address: string;
  readonly name?: string;
}

/** Nodemailer's connection, whose options its log shows. */
export interface ZoneConnection {
  readonly options: { servername?: string; host?: string };
}

export interface ZoneError extends Error {
  action?: 'defer' | 'reject';
  category?: string;
}

export interface ZonePlugin {
  readonly config: Readonly<Record<string, unknown>>;
  readonly logger: { error(prefix: string, message: string, ...values: readonly unknown[]): void };
  addHook(name: 'sender:fetch', hook: (delivery: ZoneDelivery) => Promise<void>): void;
  addHook(
    name: 'sender:connect',
    hook: (delivery: ZoneDelivery, options: { socket?: Socket }) => Promise<void>,
  ): void;
  addHook(
    name: 'sender:connection' | 'sender:headers',
    hook: (delivery: ZoneDelivery, connection: ZoneConnection | undefined) => Promise<void>,
  ): void;
  addHook(
    name: 'sender:responseError',
    hook: (delivery: ZoneDelivery, connection: ZoneConnection | false, error: ZoneError) => Promise<void>,
  ): void;
}
