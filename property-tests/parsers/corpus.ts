import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Texts that once reached code which no other text had reached: a folder for each parser. `npm run fuzz` adds to them. */
export const CORPUS = fileURLToPath(new URL('../corpus', import.meta.url));

export function corpusOf(name: string): readonly string[] {
  const folder = join(CORPUS, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}
