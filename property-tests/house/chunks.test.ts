/* The package as it is built: what an entry point reads is what it needs. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const STATIC_IMPORT = /^\s*(?:import|export)\s(?:[^'"();]*?\sfrom\s*)?["']([^"']+)["']/gm;

/** Files and packages that are read when that file is imported, whatever it asks for later. */
function readBy(entry: string): { readonly files: ReadonlySet<string>; readonly others: readonly string[] } {
  const files = new Set([join(dist, entry)]);
  const others: string[] = [];
  for (const file of files)
    for (const [, name] of readFileSync(file, 'utf8').matchAll(STATIC_IMPORT))
      if (name!.startsWith('.')) files.add(join(dirname(file), name!));
      else others.push(name!);
  return { files, others };
}

describe('the package as it is built', () => {
  it.each(['index.js', 'policy/index.js', 'machine/index.js', 'effects/index.js'])(
    'runs in a browser from %s on',
    (entry) => {
      expect(readBy(entry).others).toEqual([]);
    },
  );

  it('has its spreads written as Node 20 is quick at them', () => {
    const text = [...readBy('node.js').files].map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(text.match(/\{\s*\.\.\.null,\s*\.\.\./g)!.length).toBeGreaterThan(100);
    expect(text.match(/\{\s*\.\.\.(?!null\b)[\w$.]+,\s*\w/g)).toBeNull();
  });

  it('is read in a handful of files', () => {
    expect(readBy('node.js').others).toContain('node:tls');
    expect(readBy('node.js').files.size).toBeLessThan(12);
    expect(readBy('policy/index.js').files.size).toBeLessThan(8);
  });
});
