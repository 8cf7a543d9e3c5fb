import { expect } from 'vitest';
import type { AnswerOf } from '../../src/effects/catalog.js';
import { AnsweredCodec } from '../../src/effects/codecs/answers.codec.js';
import type { JournalledEffect } from '../../src/effects/codecs/asks.codec.js';
import { decodeWith } from '../../src/effects/codecs/result.js';

/** An answer as it was given, once it is certain that a journal keeps it as it is. */
export async function journalled<K extends JournalledEffect>(
  type: K,
  answer: Promise<AnswerOf<K>>,
): Promise<AnswerOf<K>> {
  const event = { type: `${type}.answered`, id: 1, at: 0, answer: await answer };
  const kept: unknown = JSON.parse(JSON.stringify(event));
  expect(decodeWith(AnsweredCodec, kept)).toStrictEqual({ ok: true, value: event });
  return event.answer;
}
