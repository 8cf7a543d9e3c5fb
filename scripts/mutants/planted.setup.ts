/* Runs in the process of each test file before it: the fault that `npm run mutate` wants to see noticed. */
import { inject } from 'vitest';
import { allTables } from '../../src/policy/tables.js';
import { plant } from './mutant.js';

const mutant = inject('mutant');
const table = allTables.find(({ name }) => name === mutant?.table);
if (mutant !== null && table !== undefined) plant(table, mutant);
