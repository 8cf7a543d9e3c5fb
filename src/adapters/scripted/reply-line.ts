import type { Lost, Reply } from '../../policy/smtp/reply.js';

/** What a reply of a world comes to at the client: "close" closes the connection; lines are separated by "\n". */
export function readReplyLine(text: string): Reply | Lost {
  if (text === 'close') return { kind: 'lost', cause: 'closed' };
  const lines = text.split(/\r?\n/).map((line) => /^([2-5]\d\d)(?:[ -](.*))?$/.exec(line));
  const code = lines[0]?.[1];
  if (code === undefined || lines.some((line) => line?.[1] !== code))
    return { kind: 'lost', cause: 'malformed' };
  return { code: Number(code), lines: lines.map((line) => line?.[2] ?? '') };
}

export function isLost(answer: Reply | Lost): answer is Lost {
  return 'kind' in answer;
}
