/* Builds the page of `waxseal explore`: one file, with everything in it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../src/explorer/page/', import.meta.url));
const made = await build({
  entryPoints: [`${folder}main.ts`],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2023',
  platform: 'browser',
  legalComments: 'none',
  write: false,
});
const style = readFileSync(`${folder}style.css`, 'utf8');
// Within a script nothing may look like its end.
const script = made.outputFiles[0]!.text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const page = readFileSync(`${folder}page.html`, 'utf8')
  .replace('/*style*/', () => style)
  .replace('/*script*/', () => script);
writeFileSync(new URL('../dist/explorer/explorer.html', import.meta.url), page);
