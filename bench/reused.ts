/*
 * Many messages to one host, the connection kept for the next one: the engine, which judges anew who answers before each message, beside
 * Nodemailer's pool, which is told the address and judges nothing.
 */
import nodemailer from 'nodemailer';
import {
  engineAt,
  HELO,
  HOST,
  inLanes,
  MESSAGE,
  RECIPIENT,
  SENDER,
  startReceiver,
  WORLD,
} from './deliveries.js';
import { measure } from './measure.js';
import type { Place } from './receiver.js';
import { type Benchmark, costLine, rateLine } from './table.js';

const LANES = 4;
/** In a batch, of all lanes. */
const MESSAGES = 100;
const KEPT = { perHostMax: LANES, messagesMax: MESSAGES } as const;

export const reused: Benchmark = {
  title: `${MESSAGES} messages to one host, connections kept, ${LANES} at a time`,
  async run(effort) {
    await using receiver = await startReceiver(WORLD);
    const { deliver } = engineAt(receiver.place, 'cached', 'pkix', { reuseConnections: KEPT });
    const pool = poolAt(receiver.place);
    const contenders = [deliver, pool.deliver].map((each) => inLanes(each, LANES, MESSAGES / LANES));
    const [ours, theirs] = await measure(contenders, effort);
    pool.close();
    return [
      rateLine('engine, DNS kept', ours!),
      rateLine("Nodemailer's pool", theirs!),
      costLine("cost, to Nodemailer's pool", ours!, theirs!, 1),
    ];
  },
};

function poolAt({ address, port }: Place) {
  const transport = nodemailer.createTransport({
    pool: true,
    maxConnections: LANES,
    maxMessages: MESSAGES,
    host: address,
    port,
    name: HELO,
    requireTLS: true,
    tls: { servername: HOST, rejectUnauthorized: false },
  });
  const mail = { envelope: { from: SENDER, to: [RECIPIENT] }, raw: MESSAGE };
  return {
    async deliver() {
      const { accepted } = await transport.sendMail(mail);
      if (accepted.length !== 1) throw new Error('the message was not taken');
    },
    close: () => transport.close(),
  };
}
