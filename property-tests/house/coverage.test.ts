import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectCitations, misspeltCitations } from '../../spec/requirements/citations.js';
import { statusOf } from '../../spec/requirements/coverage.js';
import { citingFiles, coverageDocuments, evidenceIn } from '../../spec/requirements/documents.js';
import { requirements } from '../../spec/requirements/index.js';

const root = join(import.meta.dirname, '../..');
const files = citingFiles(root);
const citations = collectCitations(files);
const shown = evidenceIn(root);

describe('the requirements and the tests', () => {
  it('finds tests to read', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(citations.size).toBeGreaterThan(0);
    expect(shown.size).toBeGreaterThan(0);
  });

  it('leaves no MUST without a test, a milestone or a reason', () => {
    const silent = requirements
      .filter(({ level }) => level === 'MUST')
      .filter((requirement) => {
        const status = statusOf(requirement, shown);
        if (status.kind === 'met') return shown.get(requirement.id)!.length === 0;
        return (status.kind === 'planned' ? status.milestone : status.reason).trim() === '';
      });
    expect(silent).toEqual([]);
  });

  it('knows every requirement that a test cites', () => {
    expect(misspeltCitations(files)).toEqual([]);
  });

  it.each(Object.entries(coverageDocuments(root)))('%s is what `npm run gen` writes', (path, content) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(content);
  });
});
