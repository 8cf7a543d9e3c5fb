#!/usr/bin/env node
/*
 * Starts the command from what was compiled. A source checkout that was never compiled is compiled first, once; an
 * installed package always comes with what it needs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const compiled = new URL('dist/cli/main.js', root);
/** A mail system that starts us must keep the message: 75 is "try again later" (sysexits.h), 70 a fault of ours. */
const fault = process.argv[2] === 'deliver' ? 75 : 70;

if (isThere(compiled) || (isCheckout() && build())) {
  try {
    const { main } = await import(compiled.href);
    await main(process.argv.slice(2));
  } catch (error) {
    giveUp(`it cannot be started: ${error.message}; install the package again`);
  }
}

function isThere(url) {
  return existsSync(fileURLToPath(url));
}

function isCheckout() {
  if (isThere(new URL('src/', root)) && isThere(new URL('node_modules/typescript/', root))) return true;
  return giveUp('dist/cli/main.js is missing; install the package again (in a source checkout: npm install)');
}

function build() {
  process.stderr.write('waxseal: compiling once, because dist is missing\n');
  const options = { cwd: fileURLToPath(root), stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], options);
  if (status === 0 && isThere(compiled)) return true;
  return giveUp('it could not be compiled; remove dist and run "npm run build" to see why');
}

function giveUp(reason) {
  process.stderr.write(`waxseal: ${reason}\n`);
  process.exitCode = fault;
  return false;
}
