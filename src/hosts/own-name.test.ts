import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { nameDoubt, ownName } from './own-name.js';

it('is the name of the settings, else the first complete one that the mail system has, else of the machine', () => {
  expect(ownName({ helo: 'mx.chosen.test' }, 'mx.host.test')).toBe('mx.chosen.test');
  expect(ownName(DEFAULT_SETTINGS, undefined, 'alone', 'no name', 'MX.host.test\n', 'other.test')).toBe(
    'mx.host.test',
  );
  const own = hostname();
  expect(ownName(DEFAULT_SETTINGS, 'alone')).toBe(own.includes('.') ? own.toLowerCase() : null);
});

it('is doubted where nobody knows one', () => {
  expect(nameDoubt({ helo: 'mx.chosen.test' }, 'x')).toBeNull();
  expect(nameDoubt({ helo: '[192.0.2.1]' }, 'x')).toBeNull();
  expect(nameDoubt(DEFAULT_SETTINGS, 'give --helo NAME')).toMatch(
    /localhost\.localdomain.*; give --helo NAME$/,
  );
});
