/*
 * The V8 of Node 20 takes a microsecond to add a property to what a spread at the beginning of a literal has made, `{ ...x, y }`, and
 * another one for each further spread; behind `...null`, which adds nothing, the same literal takes a tenth of it, and on later Nodes about as
 * long as before. Our objects are made like that all over, and machines take dozens of such steps for a message, so that the package is
 * written with it. The sources stay as one would write them.
 */
import type { Plugin } from 'rolldown';
import ts from 'typescript';

export const quickSpreads: Plugin = {
  name: 'quick-spreads',
  // Behind the bundler, which takes out what adds nothing; no line moves, so that its map stands.
  renderChunk: (code) => ({ code: withQuickSpreads(code), map: null }),
};

/** The same program. */
function withQuickSpreads(source: string): string {
  const places: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node) && node.properties.length > 1) {
      const [first] = node.properties;
      if (first !== undefined && ts.isSpreadAssignment(first)) places.push(first.getStart());
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('chunk.js', source, ts.ScriptTarget.Latest, true));
  let written = '';
  let from = 0;
  for (const place of places.sort((one, other) => one - other)) {
    written += `${source.slice(from, place)}...null, `;
    from = place;
  }
  return written + source.slice(from);
}
