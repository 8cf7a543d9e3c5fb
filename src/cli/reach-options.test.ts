/* What leads one command into the world leads every other one there: scripts keep such options in one variable. */
import { describe, expect, it } from 'vitest';
import { inTurn } from './command.fixture.js';
import { REACH_OPTIONS } from './options.js';

const ASKING = [
  ...['deliver', 'explain', 'compare', 'check', 'tlsa', 'resolver check', 'lmtp', 'serve'],
  ...['sts get', 'sts refresh', 'sts lint', 'postfix query', 'postfix policy-map'],
  ...['tlsrpt send', 'tlsrpt run'],
];
/** Options are read in order, and this one is the last. */
const UNKNOWN = '--no-such-option';

const all = Object.entries(REACH_OPTIONS).flatMap(([name, { type }]) =>
  type === 'boolean' ? [`--${name}`] : [`--${name}`, 'x'],
);

describe('options that lead into the world', () => {
  it.each(ASKING)('are taken by %s, all of them', async (command) => {
    const { stderr } = await inTurn([...command.split(' '), ...all, UNKNOWN]);
    expect(stderr).toContain(`there is no option ${UNKNOWN}\n`);
  });

  it.each(ASKING)('are told of by the help of %s, all of them', async (command) => {
    const { stdout } = await inTurn([...command.split(' '), '--help']);
    const missing = Object.keys(REACH_OPTIONS).filter((name) => !stdout.includes(`--${name}`));
    expect(missing).toEqual([]);
  });

  it('are those of "waxseal deliver" for "waxseal explain", with its recipients and ways', async () => {
    const { stderr } = await inTurn([
      ...['explain', 'a.test', '--from', '<>', '--to', 'u@a.test', '--to', 'v@a.test'],
      ...['--config', 'x', '--via', 'direct', UNKNOWN],
    ]);
    expect(stderr).toContain(`there is no option ${UNKNOWN}\n`);
  });
});
