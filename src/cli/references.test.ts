import { describe, expect, it } from 'vitest';
import { inTurn } from './command.fixture.js';

describe('waxseal tables ROW', () => {
  it('shows the row, its table, and each requirement in words', async () => {
    const { exit, stdout } = await inTurn(['tables', 'peer-6']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^PEER-6 {2}refuse {2}in the table peer-authentication\n {2}when {12}dane is failed, sts is fresh\n/,
    );
    expect(stdout).toMatch(
      /\n {2}DANE-3\.2-1 {2}MUST {2}RFC 7672, Section 3\.2 {2}met\n {4}With at least one usable/,
    );
  });

  it('prints one object with --json', async () => {
    const { stdout } = await inTurn(['tables', 'PEER-6', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      row: {
        table: 'peer-authentication',
        row: 'PEER-6',
        verdict: 'refuse',
        when: { dane: 'failed', sts: 'fresh' },
        requirements: [{ id: 'DANE-3.2-1', rfc: '7672' }, { id: 'DANE-9.1-2' }, { id: 'STS-2-1' }],
      },
    });
  });

  it('knows what it does not know', async () => {
    expect(await inTurn(['tables', 'PEER-999'])).toMatchObject({ exit: 64, stdout: '' });
  });
});

describe('waxseal why', () => {
  it('shows a requirement, its rows, and the tests that show it', async () => {
    const { exit, stdout } = await inTurn(['why', 'DANE-3.2-1']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^DANE-3\.2-1 {2}MUST {2}RFC 7672, Section 3\.2 {2}met\n {2}required /);
    expect(stdout).toContain('PEER-6 refuse (peer-authentication)\n');
    expect(stdout).toMatch(/\n {2}shown by {8}\S+\.ts: /);
  });

  it('prints one object with --json', async () => {
    const { stdout } = await inTurn(['why', 'dane-3.2-1', '--json']);
    const { requirement } = JSON.parse(stdout);
    expect(requirement).toMatchObject({
      id: 'DANE-3.2-1',
      rfc: '7672',
      section: '3.2',
      level: 'MUST',
      status: 'met',
    });
    expect(requirement.rows).toContainEqual({
      table: 'peer-authentication',
      row: 'PEER-6',
      verdict: 'refuse',
    });
    expect(Object.keys(requirement.tests[0])).toEqual(['path', 'title']);
  });

  it.each([[[]], [['DANE-99']], [['DANE-3.2-1', 'STS-2-1']]])('refuses %j', async (args) => {
    expect(await inTurn(['why', ...args])).toMatchObject({ exit: 64, stdout: '' });
  });
});

describe('waxseal settings', () => {
  it('lists the values of a profile beside the defaults and their reasons', async () => {
    const { exit, stdout } = await inTurn(['settings', '--profile', 'postfix']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /\ncleartextRetry {2}"after"\n(?: {2}.*\n)+? {2}default {9}"at-once"\n {2}reason {10}Nothing was promised/,
    );
  });

  it('prints one object with --json', async () => {
    const { stdout } = await inTurn(['settings', '--json']);
    const { profile, settings } = JSON.parse(stdout);
    expect(profile).toBe('rfc');
    expect(settings[0]).toMatchObject({ key: 'port', value: 25, default: 25 });
    expect(settings.every((each: { reason: string }) => each.reason !== '')).toBe(true);
  });

  it('refuses a profile that there is not', async () => {
    expect(await inTurn(['settings', '--profile', 'exim'])).toMatchObject({ exit: 64, stdout: '' });
  });
});
