import { createHash } from 'node:crypto';
import { Markup, markup } from './markup.js';

/** A whole page from which nothing is loaded and in which no script runs: the style is let through by its digest, and all else is forbidden. */
export function htmlPage(title: string, style: string, body: readonly Markup[]): string {
  const digest = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return page.source;
}
