import { expect, it } from 'vitest';
import { jsonText } from './json.js';

it('tells moments in ISO 8601, wherever they stand, and leaves every other number', () => {
  const told = jsonText({ leftOut: 1, policies: [{ cached: { fetchedAt: 0, maxAgeSeconds: 86_400 } }] });
  expect(told).toBe(
    '{"leftOut":1,"policies":[{"cached":{"fetchedAt":"1970-01-01T00:00:00.000Z","maxAgeSeconds":86400}}]}',
  );
});

it('tells no moment where there is none, and none beyond calendars', () => {
  expect(jsonText({ nextAt: null, fetchedAt: 1e300 })).toBe('{"nextAt":null,"fetchedAt":null}');
});
