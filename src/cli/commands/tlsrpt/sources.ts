import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ReceivedReport } from '../../../policy/tls-report/read/received-report.js';
import { PROBLEM_WORDS } from '../../../services/tls-report/read/problems.js';
import { readSource, type SourceProblem } from '../../../services/tls-report/read/read-source.js';
import { CommandError, EXIT } from '../../exit.js';
import { readOctets, readStandardInput } from '../../read-file.js';

/** A report, and the file that it was found in. */
export interface FiledReport {
  readonly file: string;
  readonly report: ReceivedReport;
}

/** A file, or a part of one, that there is no report to be had from. */
export interface FileProblem {
  readonly file: string;
  readonly part: string;
  readonly problem: SourceProblem | 'unreadable' | 'too-many';
  /** In words. */
  readonly says: string;
}

export interface ReadSources {
  readonly reports: readonly FiledReport[];
  readonly problems: readonly FileProblem[];
}

const FILES_MAX = 100_000;
const REPORTS_MAX = 50_000;
const READING = {
  what: 'the report',
  octetsMax: 134_217_728,
  unreadable: EXIT.noInput,
  tooLarge: EXIT.noInput,
} as const;

/** Reads files, folders (their files, one level, by name) and standard input ("-"). What cannot be read is a problem among others. */
export async function readSources(paths: readonly string[]): Promise<ReadSources> {
  const reports: FiledReport[] = [];
  const problems: FileProblem[] = [];
  for (const path of paths) {
    const files = await filesAt(path);
    if (files.length === 0) problems.push(problemOf(path, 'no-report', 'there is no file in the folder'));
    for (const file of files) {
      if (reports.length >= REPORTS_MAX) {
        problems.push(problemOf(file, 'too-many', `not read: ${REPORTS_MAX} reports are enough for one run`));
        return { reports, problems };
      }
      await readFile(file, reports, problems);
    }
  }
  return { reports, problems };
}

async function readFile(file: string, reports: FiledReport[], problems: FileProblem[]): Promise<void> {
  try {
    const octets = file === '-' ? await readStandardInput(READING) : await readOctets(file, READING);
    const source = await readSource(octets, file === '-' ? '' : basename(file));
    for (const report of source.reports) reports.push({ file, report });
    for (const { part, problem } of source.failures) {
      const where = part === '' || part === basename(file) ? '' : `${part}: `;
      problems.push({ file, part, problem, says: `${where}${PROBLEM_WORDS[problem]}` });
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    problems.push(problemOf(file, 'unreadable', error.message));
  }
}

/** The path itself unless it is a folder; a path that is not there is left to whoever reads it. */
async function filesAt(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory())
      .map(({ name }) => join(path, name))
      .sort()
      .slice(0, FILES_MAX);
  } catch {
    return [path];
  }
}

function problemOf(file: string, problem: FileProblem['problem'], says: string): FileProblem {
  return { file, part: '', problem, says };
}
