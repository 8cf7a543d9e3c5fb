/*
 * A connected UDP socket, and so a port. Whoever asks has it to himself until he is answered: two questions on one port would
 * halve what a forger must guess. At rest it keeps no process alive, and what is heard then is nobody's answer, so that it ends.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Who asks. */
export interface Asker {
  heard(packet: Uint8Array): void;
  failed(error: unknown): void;
}

export class UdpPort {
  readonly #socket: Socket;
  #asker: Asker | null = null;
  #state: 'connecting' | 'connected' | 'closed' = 'connecting';
  #questions = 0;

  constructor({ address, port }: Endpoint) {
    this.#socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('message', (packet) => {
      if (this.#asker === null) this.close();
      else this.#asker.heard(packet);
    });
    // Connected, so that the system drops what anybody else sends and reports what ICMP says.
    this.#socket.connect(port, address);
  }

  /** How many questions were sent from it. */
  get questions(): number {
    return this.#questions;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  ask(octets: Uint8Array, asker: Asker): void {
    this.#asker = asker;
    this.#questions++;
    this.#socket.ref();
    if (this.#state === 'connected') this.#send(octets);
    else
      this.#socket.once('connect', () => {
        this.#state = 'connected';
        this.#send(octets);
      });
  }

  rest(): void {
    this.#asker = null;
    this.#socket.unref();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#asker = null;
    // It may be told of when nobody wants to know any more, and a closed socket sends nothing.
    this.#socket.removeAllListeners('connect');
    this.#socket.close();
  }

  #send(octets: Uint8Array): void {
    this.#socket.send(octets, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  #fail(error: unknown): void {
    const asker = this.#asker;
    this.close();
    asker?.failed(error);
  }
}
