/* As much of Haraka as is used here; it has no types of its own. */

export interface HarakaAddress {
  readonly address: string;
  /** What the notice about this recipient says; read when the notice is made. */
  reason?: string;
  dsn_action?: string;
  dsn_status?: string;
  dsn_code?: number;
  dsn_msg?: string;
  dsn_remote_mta?: string;
  dsn_smtp_code?: number;
  dsn_smtp_response?: string;
}

export interface HarakaNotes {
  waxseal_requiretls?: boolean;
  waxseal_dialled?: Readonly<Record<string, readonly string[]>>;
  /** What other plugins want this message to be sent from, and as whom. */
  readonly outbound_ip?: string;
  readonly outbound_helo?: string;
}

/** A message for one domain in Haraka's queue. */
export interface HarakaMail {
  readonly todo: {
    readonly domain: string;
    readonly mail_from: HarakaAddress;
    readonly rcpt_to: readonly HarakaAddress[];
    readonly notes: HarakaNotes;
    readonly uuid: string;
  };
  readonly notes: HarakaNotes;
  num_failures: number;
  refcount: number;
  data_stream(): AsyncIterable<Buffer>;
  split_to_new_recipients(
    recipients: readonly HarakaAddress[],
    response: string,
    done: (mail: HarakaMail) => void,
  ): void;
  discard(): void;
  bounce(reason: string, extra: object): void;
  temp_fail(reason: string, extra: object): void;
  delivered(
    ip: string,
    port: number,
    mode: string,
    host: string,
    response: string,
    ok: readonly HarakaAddress[],
    failed: readonly HarakaAddress[],
    bounced: readonly HarakaAddress[],
    secured: boolean,
    authenticated: boolean,
  ): void;
}

export interface HarakaPlugin {
  timeout: number;
  readonly config: {
    get(
      name: string,
      options: object,
    ): { readonly main: Readonly<Record<string, string | boolean | number | undefined>> };
    /** A file with one line; null if there is none. */
    get(name: string): unknown;
  };
  register_hook(hook: string, method: string): void;
  loginfo(message: string): void;
  logerror(message: string): void;
  logcrit(message: string): void;
}

export interface HarakaConnection {
  readonly tls?: { readonly enabled?: boolean };
  readonly capabilities: string[];
  readonly transaction?: { readonly notes: HarakaNotes };
}
