import { describe, expect, it } from 'vitest';
import { parseScenario, SCENARIO_LENGTH_MAX } from './scenario.codec.js';

const story = {
  name: 'a story',
  world: {
    signedZones: ['.'],
    dns: {
      'MX a.example': ['10 mx.a.example'],
      'A mx.a.example': ['@mx.a.example'],
      'TLSA mx.a.example': ['3 1 1 @mx.a.example', '# 0301'],
      'TXT _mta-sts.a.example': { fails: 'timeout' },
    },
    mail: { 'mx.a.example': { starttls: '454 4.7.0 no', certificate: { issuer: 'self' } } },
  },
  settings: { port: 2525 },
  steps: [
    {
      change: { mail: { 'mx.a.example': null } },
      message: { to: ['x@a.example'] },
      expect: [{ outcome: 'deferred', status: '4.7.x', mx: null, reports: [{ failure: 1 }] }],
    },
  ],
};

function problems(change: (copy: ReturnType<typeof copyOf>) => void) {
  const copy = copyOf();
  change(copy);
  const parsed = parseScenario(JSON.stringify(copy));
  return parsed.ok ? [] : parsed.problems.map(({ line: _, column: __, ...problem }) => problem);
}
// biome-ignore lint/suspicious/noExplicitAny: these stories are wrong on purpose.
const copyOf = () => structuredClone(story) as any;

describe('parseScenario', () => {
  it('reads a story as it stands', () => {
    expect(parseScenario(JSON.stringify(story))).toEqual({ ok: true, scenario: story });
  });

  it('reports misspelt keys wherever they are', () => {
    expect(problems((s) => (s.world.mail['mx.a.example'].startls = 'old'))).toEqual([
      {
        ...{ path: 'world.mail["mx.a.example"].startls', expected: 'no such key', actual: '"old"' },
        known: expect.arrayContaining(['starttls', 'certificate', 'replies']),
      },
    ]);
    expect(problems((s) => (s.steps[0].expect[0].mxx = 1))).toMatchObject([
      { path: 'steps[0].expect[0].mxx' },
    ]);
    expect(problems((s) => (s.world.dns['mx a.example'] = []))).toMatchObject([
      { path: 'world.dns["mx a.example"]' },
    ]);
    expect(problems((s) => (s.constructor = 1))).toMatchObject([
      { path: 'constructor', expected: 'no such key' },
    ]);
    const prototype = `{"__proto__": 1, ${JSON.stringify(story).slice(1)}`;
    expect(parseScenario(prototype)).toMatchObject({
      problems: [{ path: '__proto__', expected: 'no such key' }],
    });
  });

  it('reports what a step cannot be or expect', () => {
    const step = (own: object) => problems((s) => Object.assign(s.steps[0], own));
    expect(step({ stop: 'dns.mx', purpose: 'explain', policyCache: 'unreadable', after: -1 })).toEqual([]);
    expect(step({ stop: 'soon' })).toMatchObject([{ path: 'steps[0].stop', actual: '"soon"' }]);
    expect(step({ stop: 'dns.mx', message: { to: ['x@a.example', 'y@b.example'] } })).toEqual([
      { path: 'steps[0].stop', expected: 'a message to one domain', actual: '2' },
    ]);
    expect(step({ purpose: 'refresh-policy' })).toEqual([
      { path: 'steps[0].expect', expected: 'at most 0, of what is refreshed', actual: '1' },
    ]);
    expect(step({ after: 0.5 })).toMatchObject([{ path: 'steps[0].after' }]);
    expect(problems((s) => (s.world.dns['A b.example'] = { askedAlone: 'timeout' }))).toMatchObject([
      { path: 'world.dns["A b.example"]', expected: '"askedAlone" of a CNAME only' },
    ]);
  });

  it('reports wrong and missing values with what was expected', () => {
    expect(problems((s) => (s.world.mail['mx.a.example'].connect = 'deny'))).toEqual([
      {
        path: 'world.mail["mx.a.example"].connect',
        expected: '"accept" or "refuse" or "silent"',
        actual: '"deny"',
      },
    ]);
    expect(problems((s) => delete s.steps[0].message)).toEqual([
      { path: 'steps[0].message', expected: 'a message', actual: 'nothing' },
    ]);
    expect(problems((s) => (s.steps = []))).toMatchObject([{ path: 'steps', actual: 'a list of 0' }]);
    expect(problems((s) => (s.steps[0].message.to = []))).toMatchObject([{ path: 'steps[0].message.to' }]);
    expect(problems((s) => (s.world.dns['A b.example'] = [1]))).toMatchObject([
      { path: 'world.dns["A b.example"][0]' },
    ]);
    expect(problems((s) => (s.steps[0].expect[0].status = '4.7'))).toMatchObject([
      { path: 'steps[0].expect[0].status' },
    ]);
    expect(problems((s) => (s.steps[0].attempt = 0))).toMatchObject([{ path: 'steps[0].attempt' }]);
  });

  it('reports what contradicts itself', () => {
    expect(problems((s) => (s.world.dns['A b.example'] = ['@mx.b.example']))).toEqual([
      {
        path: 'world.dns["A b.example"]',
        expected: 'the ID of a mail or policy host',
        actual: '"@mx.b.example"',
      },
    ]);
    expect(problems((s) => (s.world.dns['TLSA b.example'] = ['3 1 1 @nobody']))).toMatchObject([
      { expected: 'the ID of a mail host' },
    ]);
    expect(problems((s) => (s.world.dns['MX b.example'] = ['mx.b.example']))).toHaveLength(1);
    expect(problems((s) => (s.world.dns['A b.example'] = { records: [], fails: 'bogus' }))).toHaveLength(1);
    expect(problems((s) => s.steps[0].expect.push({ outcome: 'bounced' }))).toMatchObject([
      { path: 'steps[0].expect' },
    ]);
  });

  it('never throws', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '1',
      '{"world":{"dns":[]}}',
      '['.repeat(100_000),
      'x'.repeat(SCENARIO_LENGTH_MAX + 1),
    ]) {
      expect(parseScenario(text).ok).toBe(false);
    }
    const many = { ...story, ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])) };
    const parsed = parseScenario(JSON.stringify(many));
    expect(parsed.ok ? [] : parsed.problems).toHaveLength(50);
  });

  it('says by line and column where it is', () => {
    const written = JSON.stringify(story, null, 2);
    const placesIn = (text: string) => {
      const parsed = parseScenario(text);
      return parsed.ok ? [] : parsed.problems.map(({ path, line, column }) => ({ path, line, column }));
    };
    const at = (text: string, word: string) => {
      const before = text.slice(0, text.indexOf(word));
      return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
    };
    const misspelt = written.replace('"outcome"', '"outcom"');
    expect(placesIn(misspelt)).toEqual([
      { path: 'steps[0].expect[0].outcome', ...at(misspelt, '{\n          "outcom"') },
      { path: 'steps[0].expect[0].outcom', ...at(misspelt, '"deferred"') },
    ]);
    const unknown = written.replace('@mx.a.example"', '@mx.b.example"');
    expect(placesIn(unknown)).toEqual([
      { path: 'world.dns["A mx.a.example"]', ...at(unknown, '[\n        "@mx.b') },
    ]);
    const torn = written.replace('"settings": {', '"settings" {');
    expect(placesIn(torn)).toEqual([{ path: '', ...at(torn, '{\n    "port"') }]);
    expect(placesIn(`${written}x`)).toEqual([{ path: '', line: written.split('\n').length, column: 2 }]);
  });
});
