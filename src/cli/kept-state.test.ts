import { describe, expect, it } from 'vitest';
import { inTurn } from './command.fixture.js';

const LISTEN = ['--listen', '127.0.0.1:0'];
const NAME = ['--from', 'r@s.test', '--organization', 'S'];

/** Every command that keeps something, or looks at what is kept. */
const COMMANDS: readonly (readonly string[])[] = [
  ['deliver', '--from', 's@s.test', '--to', 'u@a.test', '/dev/null'],
  ['explain', 'a.test'],
  ['explain', 'a.test', '--as', 'postfix'],
  ['postfix', 'query', 'a.test'],
  ['postfix', 'policy-map', ...LISTEN],
  ['lmtp', ...LISTEN],
  ['serve', ...LISTEN],
  ['signals', 'u@a.test'],
  ['queue', 'list'],
  ['suppress', 'list'],
  ['sts', 'get', 'a.test'],
  ['sts', 'get', 'a.test', '--offline'],
  ['sts', 'list'],
  ['sts', 'refresh'],
  ['sts', 'forget', 'a.test'],
  ['tlsrpt', 'show'],
  ['tlsrpt', 'send', ...NAME],
  ['tlsrpt', 'run', ...NAME],
];

describe('where something is kept', () => {
  it.each(COMMANDS.map((command) => [command] as const))(
    'is one place to %j, which can be used',
    async (command) => {
      for (const [place, exit, says] of [
        [['--state', 'x', '--database', 'postgres://x/x'], 64, '--state and --database are two places'],
        [['--database', 'mysql://x'], 64, '--database "mysql://x" is no address'],
        [['--database', 'postgres://u:secret@127.0.0.1:1/x'], 78, '--database cannot be used: '],
      ] as const) {
        const ended = await inTurn([...command, ...place]);
        expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
        expect(ended.stderr).not.toContain('secret');
      }
    },
  );
});
