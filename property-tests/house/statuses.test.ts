/* What is said in our own name has a code that others know (RFC 3463; the registry of RFC 5248). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { attemptConclusion } from '../../src/policy/attempt/attempt.tables.js';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** Of each subject, the last detail that is registered; all below it are. */
const LAST_DETAIL = { 0: 0, 1: 11, 2: 4, 3: 6, 4: 7, 5: 6, 6: 10, 7: 30 } as const;

const statuses = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(?:policy|engine|services|daemon|hosts)\b.*\.ts$/.test(path))
  .filter((path) => !/\.(?:test|fixture)\.ts$|requirement-(?:texts|evidence)/.test(path))
  .flatMap((path) =>
    [...readFileSync(join(src, path), 'utf8').matchAll(/['"`][a-z ]*([245]\.\d\.\d{1,3})(?=['"` ])/g)].map(
      ([, status]) => ({ path, status: status! }),
    ),
  );

it('every enhanced status of ours is registered, and a policy that stops mail has 4.7.5 (ESC-REG-1)', () => {
  const isRegistered = (status: string) => {
    const [, subject, detail] = status.split('.').map(Number);
    return detail! <= (LAST_DETAIL[subject as keyof typeof LAST_DETAIL] ?? -1);
  };
  expect(new Set(statuses.map(({ status }) => status)).size).toBeGreaterThan(30);
  expect(statuses.filter(({ status }) => !isRegistered(status))).toEqual([]);
  const stopped = attemptConclusion.rows.filter(
    ({ when }) => 'worst' in when && when.worst === 'policy' && 'requireTls' in when,
  );
  expect(stopped.map(({ then }) => then)).toEqual(['defer 4.7.5']);
});
