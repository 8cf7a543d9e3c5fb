import type { Table } from './table.js';

/** A table as a Markdown section: its essay, its vocabulary, and a line for each row. Deterministic. */
export function renderTable(table: Table): string {
  const keys = table.columns.map((column) => column.key);
  const lines = [
    `## ${table.name}`,
    '',
    table.about,
    '',
    ...keys.map((key) => `- \`${key}\`: ${table.inputs[key]!.map((word) => `\`${word}\``).join(', ')}`),
    `- verdicts: ${table.verdicts.map((word) => `**${word}**`).join(', ')}`,
    '',
    `| row | ${keys.join(' | ')} | verdict | why | refs |`,
    `|---|${keys.map(() => '---|').join('')}---|---|---|`,
  ];
  for (const row of table.rows) {
    const cells = keys.map((key) => wordsOf(row.when[key]));
    lines.push(
      `| ${row.id} | ${cells.join(' | ')} | **${row.then}** | ${row.why} | ${row.refs.join(', ')} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function wordsOf(word: string | readonly string[] | undefined): string {
  if (word === undefined) return '';
  return typeof word === 'string' ? word : word.join(' or ');
}
