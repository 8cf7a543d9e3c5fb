import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placed } from './json-places.js';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Where a text stops being JSON; null: nowhere, as far as the walk sees. */
function stopOf(text: string): number | null {
  // In JSON the whole value begins behind the blanks; a place behind that is where the walk stopped.
  const [found] = placed(text, [{ path: '', expected: '', actual: '' }]);
  const offset = text.split('\n', found!.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const at = offset + found!.column - 1;
  return at === (/\S/.exec(text)?.index ?? text.length) ? null : at;
}

describe('the places in a JSON text', () => {
  it('are those of the values, however they are written', () => {
    const text = '\n{"a": [1,\n  {"b c": "x\\"y", "7": null}], "a2":\ttrue}';
    const place = (path: string) => {
      const [found] = placed(text, [{ path, expected: '', actual: '' }]);
      return [found!.line, found!.column];
    };
    expect(place('')).toEqual([2, 1]);
    expect(place('a')).toEqual([2, 7]);
    expect(place('a[0]')).toEqual([2, 8]);
    expect(place('a[1]["b c"]')).toEqual([3, 11]);
    expect(place('a[1][7]')).toEqual([3, 24]);
    expect(place('a2')).toEqual([3, 38]);
    expect(place('a[1].gone.deeper')).toEqual([3, 3]);
  });

  it('stop where the text stops being JSON, and nowhere in JSON', () => {
    for (const text of [
      '[1,]',
      '{"a" 1}',
      '{"a":1,}',
      '["\\x"]',
      '["a\nb"]',
      '[01]',
      '[1] 2',
      '["a',
      '{"a":',
      '[tru]',
    ])
      expect(stopOf(text), text).not.toBeNull();
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', ']', '}', '"', ':', '1', '\\', '{'),
        (json, at, put) => {
          expect(stopOf(json)).toBeNull();
          const cut = at % (json.length + 1);
          const torn = json.slice(0, cut) + put + json.slice(cut + 1);
          if (isJson(torn)) expect(stopOf(torn)).toBeNull();
          else expect(placed(torn, [{ path: '', expected: '', actual: '' }])[0]!.line).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('cost no more in deep texts than in long ones', () => {
    const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
    expect(placed(deep, [{ path: '[0][0]', expected: '', actual: '' }])).toMatchObject([
      { line: 1, column: 3 },
    ]);
  });
});
