/** The order of texts by their UTF-16 units, the same wherever they are sorted. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
