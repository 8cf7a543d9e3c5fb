/*
 * Why a recipient did not get the message, for hosts that have one line to tell it in: what happened, with the very values, then why,
 * and the row that decided. What the line has no room for is left out of the middle of what happened.
 */
import type { RecipientReport } from '../engine/recipient-report.js';

/** `host`: what the line names in front of it already, so that it need not be said twice. */
export function failureWords(
  { because, reply }: Pick<RecipientReport, 'because' | 'reply'>,
  happened: string | null,
  { host, lengthMax }: { readonly host: string; readonly lengthMax: number },
): string {
  const row = because === null ? '' : ` (${because.row})`;
  const why = `${because?.why.replace(/\.$/, '') ?? 'a fault of ours'}${row}`;
  const said = reply === null ? '' : `${reply.code} ${reply.text}`;
  const met = happened ?? (reply === null ? null : `answered "${said}".`);
  if (met === null) return why;
  const rest = ` ${why}`;
  return `${shortened(withoutHost(met, host), lengthMax - rest.length)}${rest}`;
}

function withoutHost(sentence: string, host: string): string {
  return sentence.startsWith(`${host} `) ? sentence.slice(host.length + 1) : sentence;
}

const DIGEST = /\b([0-9A-F]{8})[0-9A-F]{24,}\b/g;
const GAP = '... ';

/** How a sentence begins and how it ends tells most. */
function shortened(sentence: string, lengthMax: number): string {
  if (sentence.length <= lengthMax) return sentence;
  const brief = sentence.replace(DIGEST, '$1...');
  if (brief.length <= lengthMax) return brief;
  const kept = Math.max(0, lengthMax - GAP.length);
  const end = Math.floor(kept / 2);
  return `${brief.slice(0, kept - end).trimEnd()}${GAP}${brief.slice(brief.length - end).trimStart()}`;
}
