import { expect, it } from 'vitest';
import { Outcomes, type QueueOutcome } from './outcomes.js';

const outcome = (messageId: string) => ({ messageId }) as QueueOutcome;
const idOf = ({ value, done }: IteratorResult<QueueOutcome>) => (done === true ? 'done' : value.messageId);

it('go to all who listen, to whoever waits and to whoever comes for them later', async () => {
  const outcomes = new Outcomes();
  outcomes.tell([outcome('before')]);
  const [waits, comes] = [outcomes.listen(), outcomes.listen()];
  const waited = [waits.next(), waits.next(), waits.next()];
  outcomes.tell([outcome('1'), outcome('2')]);
  outcomes.end();
  expect((await Promise.all(waited)).map(idOf)).toEqual(['1', '2', 'done']);
  expect([await comes.next(), await comes.next(), await comes.next()].map(idOf)).toEqual(['1', '2', 'done']);
  expect(idOf(await outcomes.listen().next())).toBe('done');
});

it('go no more to whoever has left, and end his wait', async () => {
  const outcomes = new Outcomes();
  const [leaves, stays] = [outcomes.listen(), outcomes.listen()];
  outcomes.tell([outcome('1')]);
  const seen: string[] = [];
  for await (const { messageId } of leaves) {
    seen.push(messageId);
    break;
  }
  outcomes.tell([outcome('2')]);
  expect([seen, idOf(await leaves.next())]).toEqual([['1'], 'done']);
  expect([await stays.next(), await stays.next()].map(idOf)).toEqual(['1', '2']);
  const waited = stays.next();
  await stays.return!();
  expect(idOf(await waited)).toBe('done');
});

it('are kept for whoever is slow up to a bound, the latest', async () => {
  const outcomes = new Outcomes();
  const [full, over] = [outcomes.listen(), outcomes.listen()];
  outcomes.tell(Array.from({ length: 9_999 }, (_, at) => outcome(`${at}`)));
  outcomes.tell([outcome('last')]);
  expect(idOf(await full.next())).toBe('0');
  outcomes.tell([outcome('one more')]);
  outcomes.end();
  const ids: string[] = [];
  for await (const { messageId } of over) ids.push(messageId);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([10_000, '1', 'one more']);
});
