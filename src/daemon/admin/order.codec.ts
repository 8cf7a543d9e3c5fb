/* An order of the operator as it is sent to the daemon. */
import { type Decoded, decodeWith, parseJson, refused } from '../../effects/codecs/result.js';
import { strictObject, tagged } from '../../effects/codecs/strict-object.js';
import { type Codec, filledListOf, oneOf, orNull, such, Text } from '../../effects/codecs/values.js';
import type { OperatorOrder } from '../../policy/queue/message.js';

export interface SentOrder {
  readonly ids: readonly string[];
  /** Who gives it. */
  readonly actor: string;
  readonly order: OperatorOrder;
}

const Id = such(
  'the id of a message',
  (value): value is string => typeof value === 'string' && /^[A-Za-z0-9.-]{1,200}$/.test(value),
);
const Short = such(
  'a text of at most 1000 characters',
  (value): value is string => typeof value === 'string' && value.length <= 1000,
);

type Simple = Extract<OperatorOrder, { order: 'hold' | 'release' }>;
type Ending = Extract<OperatorOrder, { order: 'fail' | 'drop' }>;
const simple = strictObject<Simple>('an order', { order: oneOf('hold', 'release') });
const ending = strictObject<Ending>('an order', { order: oneOf('fail', 'drop'), text: Short }, ['order']);

const Order = tagged<OperatorOrder, 'order'>('an order', 'order', {
  hold: simple,
  release: simple,
  kick: strictObject<Extract<OperatorOrder, { order: 'kick' }>>(
    'an order',
    { order: oneOf('kick'), domain: Short },
    ['order'],
  ),
  fail: ending,
  drop: ending,
  'set-tls': strictObject<Extract<OperatorOrder, { order: 'set-tls' }>>('an order', {
    order: oneOf('set-tls'),
    tls: oneOf('required', 'ordinary', 'optional'),
    why: Short,
  }),
  'set-transport': strictObject<Extract<OperatorOrder, { order: 'set-transport' }>>('an order', {
    order: oneOf('set-transport'),
    transport: orNull(Text),
  }),
});

const Sent: Codec<SentOrder> = strictObject<SentOrder>('an order about messages', {
  ids: filledListOf('a list of ids', Id) as unknown as Codec<readonly string[]>,
  actor: Short,
  order: Order,
});

/** Never throws. */
export function decodeOrder(text: string, idsMax: number): Decoded<SentOrder> {
  const value = parseJson(text, 1_048_576);
  if (!value.ok) return value;
  const decoded = decodeWith(Sent, value.value);
  if (decoded.ok && decoded.value.ids.length > idsMax)
    return refused([{ path: 'ids', expected: `at most ${idsMax}`, actual: `${decoded.value.ids.length}` }]);
  return decoded;
}
