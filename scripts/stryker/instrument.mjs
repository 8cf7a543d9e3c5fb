/*
 * Runs under the newer Node of this folder: reads sources as JSON from its standard input, lets Stryker put its mutants into
 * them, and writes what came of it: the sources with all mutants inside, each asleep, and the list of the mutants.
 */
import { text } from 'node:stream/consumers';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';

/*
 * What is not mutated. Reasons and citations (of states: `meta`) are for people, and the house tests hold them; tables are what
 * `npm run mutate` mutates, with verdicts that exist (Stryker's rows are such as a table refuses as soon as it is read, and would
 * only make the figures look better).
 */
const FOR_PEOPLE = new Set(['why', 'about', 'refs', 'meta']);

function isTable(node) {
  return node.type === 'CallExpression' && node.callee.callee?.name === 'defineTable';
}

const ignorer = {
  shouldIgnore: ({ node }) =>
    isTable(node) || (node.type === 'ObjectProperty' && FOR_PEOPLE.has(node.key.name))
      ? 'left alone'
      : undefined,
};

const logger = new Proxy({}, { get: () => () => false });
const instrumenter = createInjector().provideValue('logger', logger).injectFunction(createInstrumenter);
const { files, mutants } = await instrumenter.instrument(JSON.parse(await text(process.stdin)), {
  plugins: null,
  ignorers: [ignorer],
  excludedMutations: [],
});
process.stdout.write(
  JSON.stringify({ files, mutants: mutants.filter(({ status }) => status !== 'Ignored') }),
);
