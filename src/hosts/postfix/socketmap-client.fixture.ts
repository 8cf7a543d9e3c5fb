import { connect, type Socket } from 'node:net';
import type { ListenAddress } from '../listen-address.js';
import { netstring } from './netstring.js';

/** A client that asks as Postfix does, or says what it is told to, and hears replies in order. */
export class SocketmapClient {
  readonly #socket: Socket;
  #heard = '';
  #isOver = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  static async open(address: ListenAddress): Promise<SocketmapClient> {
    const socket = address.kind === 'tcp' ? connect(address.port, address.host) : connect(address.path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new SocketmapClient(socket);
  }

  async ask(key: string, map = 'waxseal'): Promise<string> {
    this.write(netstring(`${map} ${key}`));
    return (await this.hear()) ?? 'closed';
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** The next reply; null: the connection is over. */
  async hear(): Promise<string | null> {
    for (;;) {
      const [, digits = ''] = /^(\d+):/.exec(this.#heard) ?? [];
      const end = digits.length + 1 + Number(digits);
      if (digits !== '' && this.#heard.length > end) {
        const payload = this.#heard.slice(digits.length + 1, end);
        if (this.#heard[end] !== ',') throw new Error(`not framed: ${JSON.stringify(this.#heard)}`);
        this.#heard = this.#heard.slice(end + 1);
        return payload;
      }
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
