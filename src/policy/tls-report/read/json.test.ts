import { expect, it } from 'vitest';
import { readJson } from './json.js';

it('pauses after 65,536 characters, at the next value, so that others have their turn', () => {
  const values = Array.from({ length: 100 }, (_, at) => 'x'.repeat(9_000 + at));
  const steps = readJson(JSON.stringify(values));
  let pauses = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) pauses++;
  expect(step.value).toMatchObject({ kind: 'value', value: values });
  expect(pauses).toBe(Math.floor(100 / 8));
});

it('undoes escapes, also behind signs that have to be escaped and are not', () => {
  const unescaped = (text: string) => {
    const steps = readJson(text);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  };
  const texts = ['a\\nb', '\\u00e9', '\\"', '\\\\', '\t\\t', '\u0001\\u0041'];
  const meant = ['a\nb', '\u00e9', '"', '\\', '\t\t', '\u0001A'];
  expect(unescaped(`["${texts.join('","')}"]`)).toMatchObject({ kind: 'value', value: meant });
});
