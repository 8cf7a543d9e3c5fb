import type { Issued } from './pki.js';
import type { ReceivedMessage, ReceivedSession } from './smtp-receiver.js';
import type { TrackedServer } from './tracked-server.js';

/** What one host has seen; kept when its server is replaced. */
export interface HostLog {
  connections: number;
  readonly received: ReceivedMessage[];
  /** Of a mail host. */
  readonly sessions: ReceivedSession[];
}

/** Where a host is, and what it holds. */
export interface Place {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly issued: Issued;
  readonly log: HostLog;
}

/** Starts a host; answers null if nothing shall listen. */
export type StartHost<H> = (host: H, place: Place) => Promise<TrackedServer | null>;

/** The servers of all hosts of one kind, kept as the world says. */
export class HostServers<H extends object> {
  readonly #start: StartHost<H>;
  readonly #running = new Map<string, { readonly host: H; readonly server: TrackedServer | null }>();
  readonly #logs = new Map<string, HostLog>();

  constructor(start: StartHost<H>) {
    this.#start = start;
  }

  /** Hosts that there ever were. */
  get ids(): readonly string[] {
    return [...this.#logs.keys()];
  }

  /** What the host of that ID has seen; undefined if there never was one. */
  logOf(id: string): HostLog | undefined {
    return this.#logs.get(id);
  }

  /** Stops the servers of hosts that are gone or have changed, and starts those that are missing. */
  async become(
    hosts: Readonly<Record<string, H>>,
    placeOf: (id: string) => Omit<Place, 'id' | 'log'>,
  ): Promise<void> {
    const ended = [...this.#running].filter(([id, { host }]) => hosts[id] !== host);
    await Promise.all(ended.map(([id]) => this.#stop(id)));
    const missing = Object.entries(hosts).filter(([id]) => !this.#running.has(id));
    await allOf(
      missing.map(async ([id, host]) => {
        const log = this.#logs.get(id) ?? { connections: 0, received: [], sessions: [] };
        this.#logs.set(id, log);
        this.#running.set(id, { host, server: await this.#start(host, { ...placeOf(id), id, log }) });
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.#stop(id)));
  }

  async #stop(id: string): Promise<void> {
    const server = this.#running.get(id)?.server;
    this.#running.delete(id);
    await server?.close();
  }
}

/** Waits for the end of all, also where one fails, so that nothing is still under way when the failure is dealt with. */
export async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
