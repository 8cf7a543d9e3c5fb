/*
 * `npm run plant`: is "met" true? For each MUST that counts as met the product is made to break it, and what claims to show
 * the requirement must turn red: nobody else counts. Violations are those of spec/violations and, where rows cite the
 * requirement, their other verdicts. Where nothing can be planted, spec/violations names the assertion that holds it.
 *
 *   npm run plant                  every MUST
 *   npm run plant -- ID ... AREA   some requirements, of any level
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evidenceIn } from '../spec/requirements/documents.js';
import type { Evidence } from '../spec/requirements/evidence.js';
import { requirements } from '../spec/requirements/index.js';
import type { Requirement } from '../spec/requirements/requirement.js';
import { violations } from '../spec/violations/index.js';
import type { OtherVerdict } from '../spec/violations/violation.js';
import type { RequirementId } from '../src/policy/kernel/requirement-id.js';
import { allTables } from '../src/policy/tables.js';
import { type Mutant, mutantsOf } from './mutants/mutant.js';
import { type EvidenceRuns, evidenceRuns } from './plants/evidence-runs.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const shown = evidenceIn(root);

/** What came of a requirement; only `noticed` and `held` will do. */
interface Finding {
  readonly kind: 'noticed' | 'held' | 'UNNOTICED' | 'UNPLANTED' | 'UNFIT';
  readonly how: string;
}

async function examine(id: RequirementId, runs: EvidenceRuns): Promise<Finding> {
  const evidence = shown.get(id)!;
  const violation = violations[id];
  if (violation === undefined) return examineRows(id, evidence, runs);
  if ('by' in violation) return examineHeld(violation.by, violation.assertion, evidence);
  if ('row' in violation) return examineVerdict(id, evidence, violation, runs);
  const { file, find } = violation;
  const times = readFileSync(join(root, file), 'utf8').split(find).length - 1;
  if (times !== 1) return { kind: 'UNFIT', how: `${file} has its words ${times} times` };
  const end = await runs.run(id, evidence, { words: violation });
  return { kind: end === 'red' ? 'noticed' : 'UNNOTICED', how: `${file}: ${end}` };
}

async function examineVerdict(
  id: RequirementId,
  evidence: readonly Evidence[],
  { row, says }: OtherVerdict,
  runs: EvidenceRuns,
): Promise<Finding> {
  const mutant = allTables.flatMap(mutantsOf).find((each) => each.row === row && each.verdict === says);
  if (mutant === undefined) return { kind: 'UNFIT', how: `no row ${row} could say ${says}` };
  const end = await runs.run(id, evidence, { mutant });
  return { kind: end === 'red' ? 'noticed' : 'UNNOTICED', how: `${row} says ${says}: ${end}` };
}

/** A row's ref is a reason, so that of all the rows that give it one with another verdict has to be noticed. */
async function examineRows(
  id: RequirementId,
  evidence: readonly Evidence[],
  runs: EvidenceRuns,
): Promise<Finding> {
  const mutants = mutantsCiting(id);
  if (mutants.length === 0)
    return { kind: 'UNPLANTED', how: 'no row cites it, and spec/violations has nothing' };
  for (const mutant of mutants) {
    if ((await runs.run(id, evidence, { mutant })) === 'red')
      return { kind: 'noticed', how: `${mutant.row} says ${mutant.verdict}` };
  }
  return { kind: 'UNNOTICED', how: `${mutants.length} other verdicts of rows that cite it` };
}

function mutantsCiting(id: RequirementId): readonly Mutant[] {
  return allTables.flatMap((table) => {
    const rows = new Set(table.rows.filter(({ refs }) => refs.includes(id)).map((row) => row.id));
    return mutantsOf(table).filter(({ row, verdict }) => rows.has(row) && verdict !== null);
  });
}

function examineHeld(path: string, assertion: string, evidence: readonly Evidence[]): Finding {
  const isEvidence = evidence.some((each) => each.path === path);
  const stands = isEvidence && readFileSync(join(root, path), 'utf8').includes(assertion);
  return { kind: stands ? 'held' : 'UNFIT', how: `${path}: ${assertion}` };
}

function isWanted({ id, area, level }: Requirement, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return level === 'MUST';
  return wanted.includes(id) || (wanted.includes(area) && level === 'MUST');
}

const wanted = process.argv.slice(2);
const examined = requirements.filter(
  (requirement) => shown.has(requirement.id) && isWanted(requirement, wanted),
);
const runs = await evidenceRuns(root);
const counts: Record<Finding['kind'], number> = { noticed: 0, held: 0, UNNOTICED: 0, UNPLANTED: 0, UNFIT: 0 };
for (const { id } of examined) {
  const { kind, how } = await examine(id, runs);
  counts[kind]++;
  console.log(`${kind.padEnd(9)} ${id.padEnd(18)} ${how}`);
}
await runs.close();
console.log(
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', '),
);
process.exitCode = counts.noticed + counts.held === examined.length && examined.length > 0 ? 0 : 1;
