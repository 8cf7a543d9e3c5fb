import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { statusOf } from '../../spec/requirements/coverage.js';
import { evidenceIn } from '../../spec/requirements/documents.js';
import { requirements } from '../../spec/requirements/index.js';

it('a requirement is met because a test shows it, and for no other reason (CHOICE-16)', () => {
  const shown = evidenceIn(fileURLToPath(new URL('../..', import.meta.url)));
  for (const requirement of requirements) {
    expect(statusOf(requirement, new Map()), requirement.id).toBe(requirement.otherwise);
    expect(statusOf(requirement, shown).kind === 'met', requirement.id).toBe(shown.has(requirement.id));
  }
});
