import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ReceivedReport } from '../../../policy/tls-report/read/received-report.js';
import { Allowance } from '../../../services/tls-report/read/allowance.js';
import { wordsOf } from '../../../services/tls-report/read/problems.js';
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
  readonly problem: SourceProblem | 'unreadable' | 'folder';
  /** In words. */
  readonly says: string;
}

export interface ReadSources {
  readonly reports: readonly FiledReport[];
  readonly problems: readonly FileProblem[];
}

const FILES_MAX = 100_000;
const READING = {
  what: 'the report',
  octetsMax: 134_217_728,
  unreadable: EXIT.noInput,
  tooLarge: EXIT.noInput,
} as const;

/** Reads files, folders (their files, one level, by name; of a Maildir its messages) and standard input ("-"). What cannot be read is a problem among others. */
export async function readSources(paths: readonly string[]): Promise<ReadSources> {
  const reports: FiledReport[] = [];
  const problems: FileProblem[] = [];
  const allowance = new Allowance();
  for (const path of paths) {
    const { files, problems: ofFolder } = await filesAt(path);
    problems.push(...ofFolder);
    for (const file of files) {
      await readFile(file, allowance, reports, problems);
      // What it stopped at has said so.
      if (allowance.isSpent) return { reports, problems };
    }
  }
  return { reports, problems };
}

async function readFile(
  file: string,
  allowance: Allowance,
  reports: FiledReport[],
  problems: FileProblem[],
): Promise<void> {
  try {
    const octets = file === '-' ? await readStandardInput(READING) : await readOctets(file, READING);
    const source = await readSource(octets, file === '-' ? '' : basename(file), allowance);
    for (const report of source.reports) reports.push({ file, report });
    for (const failure of source.failures) {
      const { part, problem } = failure;
      const where = part === '' || part === basename(file) ? '' : `${part}: `;
      problems.push({ file, part, problem, says: `${where}${wordsOf(failure)}` });
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    problems.push(problemOf(file, 'unreadable', error.message));
  }
}

interface Files {
  readonly files: readonly string[];
  readonly problems: readonly FileProblem[];
}

/** The path itself unless it is a folder; a path that is not there is left to whoever reads it. */
async function filesAt(path: string): Promise<Files> {
  const entries = path === '-' ? null : await entriesOf(path);
  if (entries === null) return { files: [path], problems: [] };
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const isMaildir = MAILDIR.every((name) => folders.includes(name));
  const inner = isMaildir ? await Promise.all(MAILDIR.map((name) => namesIn(path, name))) : [];
  const all = [...inner.flat(), ...namesOf(entries)].map((name) => join(path, name)).sort();
  const left = all.length - FILES_MAX;
  const unread = folders.filter((name) => !isMaildir || ![...MAILDIR, 'tmp'].includes(name));
  const problems = [
    ...(unread.length > 0 ? [`not read: the folders in it (${shorten(unread)})`] : []),
    ...(left > 0 ? [`not read: ${left} of its files; ${FILES_MAX} are enough for one run`] : []),
    ...(all.length === 0 && unread.length === 0 ? ['there is no file in the folder'] : []),
  ];
  return {
    files: all.slice(0, FILES_MAX),
    problems: problems.map((says) => problemOf(path, 'folder', says)),
  };
}

/** The folders of a Maildir that hold messages; what is in its `tmp` has not arrived yet. */
const MAILDIR: readonly string[] = ['cur', 'new'];

async function namesIn(path: string, folder: string): Promise<readonly string[]> {
  return namesOf((await entriesOf(join(path, folder))) ?? []).map((name) => join(folder, name));
}

function namesOf(entries: readonly Dirent[]): readonly string[] {
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

function shorten(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}

/** What lies in a folder and is not hidden; null if it is none, or cannot be looked into. */
async function entriesOf(path: string): Promise<readonly Dirent[] | null> {
  try {
    if (!(await stat(path)).isDirectory()) return null;
    return (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  } catch {
    return null;
  }
}

function problemOf(file: string, problem: FileProblem['problem'], says: string): FileProblem {
  return { file, part: '', problem, says };
}
