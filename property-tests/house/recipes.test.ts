/* What docs/testing.md shows is what stands in examples/testing, and it runs; so does the program for Nodemailer. The recipe for vitest is imported, so that its tests are ours. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import '../../examples/testing/own-code.test.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/testing.md'), 'utf8');

describe('the recipes', () => {
  it.each(readdirSync(join(root, 'examples/testing')))('%s stands in the page as it is', (name) => {
    expect(page).toContain(`\n${readFileSync(join(root, 'examples/testing', name), 'utf8')}\`\`\`\n`);
  });

  it('the one for Nodemailer stands in its page as it is, and ends as the page says', () => {
    const example = join(root, 'examples/nodemailer.mjs');
    const onPage = readFileSync(join(root, 'docs/hosts/nodemailer.md'), 'utf8');
    expect(onPage).toContain(`\n\`\`\`js\n${readFileSync(example, 'utf8')}\`\`\`\n`);
    const said = execFileSync(process.execPath, [example], { encoding: 'utf8' });
    expect(said).toMatch(/^accepted /);
    expect(onPage).toContain(`\n\`\`\`\n${said}\`\`\`\n`);
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
