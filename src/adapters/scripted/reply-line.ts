import { type Lost, type Reply, replyOf } from '../../policy/smtp/reply.js';

/** Texts that are remembered; worlds say few, and those very often. */
const KNOWN_MAX = 1_000;
const known = new Map<string, Reply | Lost>();

/** What a reply of a world comes to at the client: "close" closes the connection; lines are separated by "\n". */
export function readReplyLine(text: string): Reply | Lost {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const read = readLines(text);
  known.set(text, read);
  return read;
}

function readLines(text: string): Reply | Lost {
  if (text === 'close') return { kind: 'lost', cause: 'closed' };
  const lines = text.split(/\r?\n/).map((line) => /^([2-5]\d\d)(?:[ -](.*))?$/.exec(line));
  if (lines.some((line) => line === null)) return { kind: 'lost', cause: 'malformed', said: text };
  return replyOf(
    lines.map((line) => Number(line?.[1])),
    lines.map((line) => line?.[2] ?? ''),
  );
}

export function isLost(answer: Reply | Lost): answer is Lost {
  return 'kind' in answer;
}
