import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { documents } from '../../scripts/documents.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('generated documents', () => {
  it.each(Object.entries(documents(root)))('%s is what `npm run gen` writes', (path, content) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(content);
  });
});
