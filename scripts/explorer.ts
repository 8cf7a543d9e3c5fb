/* Builds the page of `waxseal explore`: one file, with everything in it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const folder = fileURLToPath(new URL('../src/explorer/page/', import.meta.url));
const bundled = await rolldown({
  input: `${folder}main.ts`,
  platform: 'browser',
  transform: { target: 'es2023' },
});
const { output } = await bundled.generate({ format: 'iife', minify: true, comments: false });
const style = readFileSync(`${folder}style.css`, 'utf8');
// Within a script nothing may look like its end.
const script = output[0].code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const page = readFileSync(`${folder}page.html`, 'utf8')
  .replace('/*style*/', () => style)
  .replace('/*script*/', () => script);
writeFileSync(new URL('../dist/explorer/explorer.html', import.meta.url), page);
