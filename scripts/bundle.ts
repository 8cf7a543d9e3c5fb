/*
 * Writes the package's JavaScript: one file for each entry point and for the command, and what they share in chunks; the notices
 * of the packages that went into them stand beside. The types beside it are the compiler's.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ChunkingContext } from 'rolldown';
import { bundle, INSIDE, manifest, root } from './as-shipped.js';

/**
 * Whose modules go together, by the letters of those that need them: whoever imports one of these reads three or four chunks, with nothing in
 * them that it does not need. The policy and the core have none of Node's in theirs.
 */
const ROOTS = {
  policy: ['policy/index'],
  core: ['index', 'machine/index', 'effects/index'],
  node: ['node'],
  command: ['cli/main'],
} as const;

let needed: ReadonlyMap<string, string> | null = null;

/** The name of the chunk of a module; null: nobody of these needs it. */
function chunkOf(module: string, context: ChunkingContext): string | null {
  needed ??= neededBy(context);
  return needed.get(module) ?? null;
}

function neededBy(context: ChunkingContext): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const [name, paths] of Object.entries(ROOTS)) {
    const found = new Set(paths.map((path) => `${root}src/${path}.ts`));
    // What is added while it is walked along is walked along as well.
    for (const module of found)
      for (const imported of context.getModuleInfo(module)?.importedIds ?? []) found.add(imported);
    for (const module of found) named.set(module, [named.get(module) ?? [], name].flat().join('-'));
  }
  return named;
}

const entries = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'string' ? [] : [entry.default],
);
// Chunks are named for what they hold, so that those of before would stay.
rmSync(`${root}dist/chunks`, { recursive: true, force: true });
await bundle(
  Object.fromEntries(
    [...entries, './dist/cli/main.js', './dist/testing/world/shard-worker.js']
      .map((path) => path.replace(/^\.\/dist\/|\.js$/g, ''))
      .map((name) => [name, `src/${name}`]),
  ),
  {
    dir: `${root}dist`,
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: chunkOf, debugName: 'needed by' }],
    },
  },
);
const notices = INSIDE.map(
  (name) => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8').trim()}\n`,
);
writeFileSync(`${root}dist/chunks/NOTICES.txt`, notices.join('\n----\n\n'));
