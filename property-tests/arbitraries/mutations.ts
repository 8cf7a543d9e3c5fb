import fc from 'fast-check';

/** A change to octets; places count round, so that every number is one. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly octets: Uint8Array }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number };

const at = fc.nat(4000);

export const aMutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('flip'), at, mask: fc.integer({ min: 1, max: 255 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), at }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('drop'), at, length: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('insert'),
      at,
      octets: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('repeat'), at, length: fc.integer({ min: 1, max: 40 }) }),
  },
);

/** Often none at all, so that good octets are seen as well. */
export const someMutations: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.array(aMutation, { minLength: 1, maxLength: 3 }) },
);

export function mutate(octets: Uint8Array, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce<Buffer>((before, mutation) => applied(before, mutation), Buffer.from(octets));
}

function applied(octets: Buffer, mutation: Mutation): Buffer {
  const place = octets.length === 0 ? 0 : mutation.at % octets.length;
  const [head, tail] = [octets.subarray(0, place), octets.subarray(place)];
  switch (mutation.kind) {
    case 'flip': {
      const flipped = Buffer.from(octets);
      if (flipped.length > 0) flipped[place] = flipped[place]! ^ mutation.mask;
      return flipped;
    }
    case 'cut':
      return head;
    case 'drop':
      return Buffer.concat([head, tail.subarray(mutation.length)]);
    case 'insert':
      return Buffer.concat([head, mutation.octets, tail]);
    case 'repeat':
      return Buffer.concat([head, tail.subarray(0, mutation.length), tail]);
  }
}
