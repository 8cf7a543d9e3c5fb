/* Commands that pages and examples show are ones that this version knows, option by option. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inTurn } from './command.fixture.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  ...['embedding', 'operating', 'auditing', 'testing', 'tour'].map((name) => `docs/${name}.md`),
  ...readdirSync(join(root, 'docs/hosts')).map((name) => `docs/hosts/${name}`),
  ...['README.md', 'examples/systemd/waxseal-lmtp.service'],
];
/** Options are read in order, and this one is the last. */
const UNKNOWN = '--no-such-option';

/** The words of a command, as a shell takes them, up to where another one begins. */
function wordsOf(command: string): readonly string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const end = words.findIndex((word) => /^(?:[|;&>#]|\.{3})/.test(word));
  return words.slice(0, end < 0 ? words.length : end).map((word) => word.replace(/['"]/g, ''));
}

/** In blocks for a shell or systemd, where lines may go on, and in the midst of sentences. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const lines = text
    .replace(/\\\n/g, ' ')
    .matchAll(/^ *(?:\$ |npx |ExecStart=\S*? )?(?:\/usr\/bin\/)?waxseal (.+)$/gm);
  const quoted = text.matchAll(/`waxseal ([a-z][^`]*)`/g);
  return [...lines, ...quoted]
    .map(([, rest]) => wordsOf(rest!))
    .filter((words) => words.some((word) => word.startsWith('--')));
}

/** What is wrong with the options of a command; null: nothing. */
async function wrongIn(words: readonly string[]): Promise<string | null> {
  const { stderr } = await inTurn([...words, UNKNOWN]);
  return stderr.includes(`there is no option ${UNKNOWN}`) ? null : `waxseal ${words.join(' ')}: ${stderr}`;
}

interface Service {
  readonly command: string | readonly string[];
  readonly networks: { readonly mail: { readonly ipv4_address?: string } };
}

describe('commands that are shown', () => {
  it('have no option that there is not', async () => {
    const shown = pages.flatMap((page) => commandsIn(read(page)));
    expect(shown.length).toBeGreaterThan(30);
    const wrong = await Promise.all(shown.map(wrongIn));
    expect(wrong.filter((each) => each !== null)).toEqual([]);
  });

  it('for containers fit the command, the package and each other', async () => {
    const dockerfile = read('examples/docker/Dockerfile');
    const { services } = parse(read('examples/docker/compose.yaml')) as {
      readonly services: Readonly<Record<'resolver' | 'waxseal' | 'postfix', Service>>;
    };
    const { bin, version, engines } = JSON.parse(read('package.json')) as {
      readonly bin: Readonly<Record<string, string>>;
      readonly version: string;
      readonly engines: { readonly node: string };
    };
    const listOf = (instruction: string) =>
      JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)![1]!) as readonly string[];
    const [command] = listOf('ENTRYPOINT');
    expect(read(bin[command!]!)).toMatch(/^#!/);
    expect(dockerfile).toContain(`waxseal-${version}.tgz`);
    const [, node] = /^FROM node:(\d+)-/m.exec(dockerfile)!;
    expect(Number(node)).toBeGreaterThanOrEqual(Number.parseFloat(engines.node.replace('>=', '')));

    const composed = wordsOf(String(services.waxseal.command));
    const image = listOf('CMD');
    expect([await wrongIn(image), await wrongIn(composed)]).toEqual([null, null]);
    const given = (words: readonly string[], option: string) => words[words.indexOf(option) + 1]!;
    const port = given(image, '--listen').split(':')[1]!;
    expect(given(composed, '--listen')).toBe(given(image, '--listen'));
    expect(given(composed, '--state')).toBe(/^VOLUME (.*)$/m.exec(dockerfile)![1]);
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${port} `, 'm'));
    expect(dockerfile).toMatch(new RegExp(`^ENV HEALTH_PORT=${port}$`, 'm'));
    expect(given(composed, '--resolver')).toBe(services.resolver.networks.mail.ipv4_address);
    const postfix = services.postfix.command[2]!;
    const lines = [
      `default_transport=lmtp:inet:${services.waxseal.networks.mail.ipv4_address}:${port}`,
      'lmtp_destination_recipient_limit=1',
      'lmtp_send_xforward_command=yes',
      'lmtp_tls_security_level=may',
    ];
    expect(lines.filter((line) => !postfix.includes(line))).toEqual([]);
  });
});
