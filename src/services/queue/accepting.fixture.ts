/* Takes messages into a queue for ever, as a process of its own that somebody will kill, and says each id once it is safe. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileBodies } from '../../adapters/files/index.js';
import { sqliteStores } from '../../adapters/sqlite/index.js';
import { readMessage } from '../../engine/read-message.js';
import { bodiesBySize, createQueue } from './index.js';

/** The text of the message with that number; its length depends on the number. */
export function textOf(number: number): string {
  return `From: a@a.test\r\nSubject: ${number}\r\n\r\n${'x'.repeat(number * 7)}\r\n`;
}

/** A queue in that folder, which nobody runs. */
export function openQueue(directory: string) {
  const stores = sqliteStores({ directory });
  const large = fileBodies({ directory: join(directory, 'bodies') });
  const bodies = bodiesBySize({ small: stores.bodies, large, smallOctetsMax: 700 });
  const neverAsked = () => Promise.reject(new Error('nobody is to be delivered to'));
  const engine = { deliver: neverAsked, lastLook: neverAsked };
  const sender = { reportingMta: 'mail.a.test', postmaster: 'postmaster@a.test' };
  return { stores, bodies, queue: createQueue({ engine, store: stores.queue, bodies, ...sender }) };
}

async function acceptForEver(directory: string): Promise<void> {
  const { queue } = openQueue(directory);
  const accept = async (number: number) => {
    const { content, facts } = readMessage(Buffer.from(textOf(number)));
    const id = await queue.enqueue({
      ...{ from: 'a@a.test', to: ['b@b.test', 'c@c.test'], content },
      facts: { ...facts, requireTls: 'no', report: 'none' },
    });
    process.stdout.write(`${id} ${number}\n`);
  };
  for (let number = 0; ; number += 4) await Promise.all([0, 1, 2, 3].map((each) => accept(number + each)));
}

const [program, directory] = process.argv.slice(1);
if (program === fileURLToPath(import.meta.url)) void acceptForEver(directory!);
