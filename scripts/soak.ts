/*
 * `npm run soak [-- TIMES [PATH...]]`: all tests that draw by chance, again and again (5), each time from another seed. The suite
 * itself draws from one seed (property-tests/seed.ts), so that the same state of the project gets the same verdict.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The test files whose text says that they draw. */
function drawing(): readonly string[] {
  return ['src', 'spec', 'property-tests']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
        join(folder, path),
      ),
    )
    .filter(
      (path) =>
        path.endsWith('.test.ts') &&
        /from '(?:fast-check|\S*\/seed\.js)'/.test(readFileSync(join(root, path), 'utf8')),
    );
}

const [times = '5', ...given] = process.argv.slice(2);
const paths = given.length > 0 ? given : drawing();
let red = 0;
for (let time = 1; time <= Number(times); time++) {
  const seed = 1 + Math.floor(Math.random() * 0x7fff_fffe);
  const { status } = spawnSync('npx', ['vitest', 'run', ...paths], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SEED: `${seed}` },
  });
  if (status !== 0) red++;
  console.log(`${status === 0 ? 'green' : 'RED'}: SEED=${seed}`);
}
console.log(red === 0 ? 'no red run' : `${red} red`);
process.exitCode = red === 0 ? 0 : 1;
