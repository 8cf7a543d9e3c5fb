import { isQuiet } from '../../engine/text/quiet.js';
import type { PolicyAnswer } from '../../hosts/postfix/index.js';
import { type Paint, printable } from './terminal.js';
import { wrapped } from './wrap.js';

const LABEL_WIDTH = 9;

/** What Postfix is told of a next hop, for people. */
export function renderPolicyAnswer(answer: PolicyAnswer, paint: Paint): string {
  const { key, reply, reason, loses, supposes, decisions } = answer;
  const [word = '', ...rest] = reply.trimEnd().split(' ');
  const told = word === 'TEMP' ? word : [word, ...rest].join(' ');
  const colour = word === 'TEMP' ? 'yellow' : 'green';
  const rows = decisions
    .filter((decision) => !isQuiet(decision))
    .map(({ row, verdict, mx }) => `${row} ${verdict}${mx === null ? '' : ` (${mx})`}`);
  return [
    `${paint('bold', printable(key))}  ${paint(colour, printable(told))}\n`,
    ...labelled('why', [reason], paint),
    ...labelled('not said', loses, paint),
    ...labelled('supposes', supposes, paint),
    ...labelled('rows', rows.length === 0 ? [] : [rows.join('; ')], paint),
  ].join('');
}

function labelled(label: string, texts: readonly string[], paint: Paint): readonly string[] {
  const rest = ' '.repeat(2 + LABEL_WIDTH);
  return texts.map(
    (text, at) =>
      `  ${paint('dim', (at === 0 ? label : '').padEnd(LABEL_WIDTH))}${wrapped(text, rest, rest).slice(rest.length)}`,
  );
}
