/* What docs/testing.md shows is what stands in examples/testing, and it runs. The recipe for vitest is imported, so that its tests are ours. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import '../../examples/testing/own-code.test.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/testing.md'), 'utf8');

describe('the recipes for testing mail', () => {
  it.each(readdirSync(join(root, 'examples/testing')))('%s stands in the page as it is', (name) => {
    expect(page).toContain(`\n${readFileSync(join(root, 'examples/testing', name), 'utf8')}\`\`\`\n`);
  });

  it('node:test passes with ours', () => {
    // What a test runner tells its own children would make these tests report to nobody.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const said = execFileSync(
      process.execPath,
      ['--test', '--test-reporter=tap', join(root, 'examples/testing/own-code.mjs')],
      { encoding: 'utf8', env },
    );
    expect(said).toMatch(/^# pass 1$/m);
    expect(said).toMatch(/^# fail 0$/m);
  });
});
