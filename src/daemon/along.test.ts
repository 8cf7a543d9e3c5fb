import { expect, it } from 'vitest';
import { Along } from './along.js';

it('lets what waits go with what is written, and not what comes behind it', async () => {
  const along = new Along();
  const went: string[] = [];
  const first = along.next().then(() => went.push('first'));
  along.go();
  await first;
  const second = along.next().then(() => went.push('second'));
  await Promise.resolve();
  expect(went).toEqual(['first']);
  along.go();
  await second;
});

it('lets everything go once it is over', async () => {
  const along = new Along();
  const waiting = along.next();
  along.end();
  await Promise.all([waiting, along.next(), along.next()]);
});
