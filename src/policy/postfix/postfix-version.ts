/** A version of Postfix, as far as the words differ that it understands. */
export type PostfixVersion = 'before-3.4' | 'from-3.4' | 'from-3.10';

/** Reads `3.7` or `3.7.11`; null for what is no version, and for versions before 2.11, which know no DANE. */
export function parsePostfixVersion(text: string): PostfixVersion | null {
  const [, first = '', second = ''] = /^(\d{1,3})\.(\d{1,3})(?:[.-][0-9A-Za-z.+-]{1,40})?$/.exec(text) ?? [];
  if (first === '') return null;
  const [major, minor] = [Number(first), Number(second)];
  if (major < 2 || (major === 2 && minor < 11)) return null;
  if (major > 3 || (major === 3 && minor >= 10)) return 'from-3.10';
  return major === 3 && minor >= 4 ? 'from-3.4' : 'before-3.4';
}
