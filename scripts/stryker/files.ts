/* What is mutated, and which tests may notice. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Written by `npm run gen`, or prose from one end to the other. */
const LEFT_OUT = [
  'kernel/requirement-id.ts',
  'names/special-purpose.ts',
  'policy/requirement-texts.ts',
  'policy/requirement-evidence.ts',
];

/** Tests that run what is mutated in their own process, without sockets or child processes. */
const NEAR =
  /^(src\/(policy|machine|services|effects|engine|hosts\/postfix|audit)|property-tests\/(agreement|laws|machines|misuse|parsers|queue|tables)|spec\/reference)\/|^(property-tests\/house\/documents|spec\/scenarios\/(asked|exchange|extended-errors))\.test\.ts$/;

/** In the order of the folders. */
function filesBelow(root: string, folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .sort(),
  );
}

export function mutatedFiles(root: string): readonly string[] {
  return filesBelow(root, ['src/policy', 'src/machine', 'src/services']).filter(
    (file) =>
      file.endsWith('.ts') &&
      !/\.(test|fixture)\.ts$/.test(file) &&
      !LEFT_OUT.some((each) => file.endsWith(each)),
  );
}

/** Those that meet most come first. */
export function nearTests(root: string): readonly string[] {
  const folders = ['src/policy', 'src/machine', 'property-tests', 'spec', 'src/services', 'src'];
  const tests = filesBelow(root, folders).filter(
    (file) => file.endsWith('.test.ts') && NEAR.test(file) && !file.endsWith('/crash.test.ts'),
  );
  return [...new Set(['scripts/stryker/scenarios.test.ts', ...tests])];
}

const IMPORTED = /(?:from|import) '(\.{1,2}\/[^']+)\.js'/g;

/** Of the tests those that import one of the files, by whatever way, and first those beside them. */
export function relatedTests(
  root: string,
  tests: readonly string[],
  files: readonly string[],
): readonly string[] {
  const imports = new Map<string, readonly string[]>();
  const importsOf = (file: string): readonly string[] => {
    const known = imports.get(file);
    if (known !== undefined) return known;
    const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
    const found = [...text.matchAll(IMPORTED)].map(([, path]) => join(dirname(file), `${path}.ts`));
    imports.set(file, found);
    return found;
  };
  const reaches = (test: string): boolean => {
    const reached = new Set([test]);
    for (const file of reached) for (const imported of importsOf(file)) reached.add(imported);
    return files.some((file) => reached.has(file));
  };
  const folders = new Set(files.map(dirname));
  const isBeside = (test: string) => folders.has(dirname(test));
  return tests.filter(reaches).sort((a, b) => Number(isBeside(b)) - Number(isBeside(a)));
}
