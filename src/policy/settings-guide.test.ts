import { describe, expect, it } from 'vitest';
import { decodeSettings } from '../effects/codecs/settings.codec.js';
import { listSettings } from './list-settings.js';
import { DEFAULT_SETTINGS, PROFILES, settingsOf } from './settings.js';
import { DEMANDS_GUIDE, DESTINATION_EXAMPLES } from './settings-guide.js';

const entries = listSettings(settingsOf('postfix'));

describe('what is said of settings', () => {
  it('has every setting once, and what it is', () => {
    const { deadlines, ...own } = DEFAULT_SETTINGS;
    const keys = [...Object.keys(own), ...Object.keys(deadlines).map((key) => `deadlines.${key}`)];
    expect(entries.map(({ key }) => key).sort()).toEqual(keys.sort());
    expect(entries.find(({ key }) => key === 'cleartextRetry')).toMatchObject({
      value: 'after',
      default: 'at-once',
      profiles: { rfc: 'at-once', mox: 'at-once', postfix: 'after' },
    });
  });

  it('has the words that a settings file may hold, and no others', () => {
    for (const { key, words } of entries) {
      if (words === null) continue;
      for (const word of Object.keys(words))
        expect(decodeSettings({ [key]: word })).toMatchObject({ ok: true });
      expect(decodeSettings({ [key]: 'something-else' }).ok).toBe(false);
      expect(Object.keys(words)).toContain(entries.find((entry) => entry.key === key)!.default);
    }
  });

  it('has bounds that a settings file may hold, and nothing beyond', () => {
    const bounded = entries.flatMap(({ key, takes }) => {
      const [, least, most] = /(\d+) to (\d+)$/.exec(takes ?? '') ?? [];
      return least === undefined ? [] : [{ key, least: Number(least), most: Number(most) }];
    });
    expect(bounded.length).toBeGreaterThan(5);
    const read = (key: string, value: number) => {
      const [outer, inner] = key.split('.') as [string, string | undefined];
      return decodeSettings({ [outer]: inner === undefined ? value : { [inner]: value } }).ok;
    };
    for (const { key, least, most } of bounded) {
      expect(
        [least, most, least - 1, most + 1].map((value) => read(key, value)),
        key,
      ).toEqual([true, true, false, false]);
    }
  });

  it('has examples of rules that can be read, one for each demand but none', () => {
    for (const { rule } of DESTINATION_EXAMPLES)
      expect(decodeSettings({ destinations: [rule] })).toMatchObject({ ok: true });
    const shown = new Set(DESTINATION_EXAMPLES.map(({ rule }) => rule.demand));
    expect([...shown, 'none'].sort()).toEqual(Object.keys(DEMANDS_GUIDE).sort());
  });

  it('tells the profiles apart', () => {
    expect(Object.keys(entries[0]!.profiles)).toEqual(Object.keys(PROFILES));
  });
});
