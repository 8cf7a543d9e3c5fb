import type { Probe, ResolverCheck, ServerCheck } from '../../adapters/node/index.js';
import { resolverText } from '../../adapters/node/index.js';
import { type Paint, printable } from './terminal.js';

const COLOURS = { validates: 'green', 'does-not-validate': 'red', 'cannot-tell': 'yellow' } as const;
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** What the self-test found: a paragraph for each server, and the verdict on all of them. */
export function resolverCheckText({ names, verdict, servers }: ResolverCheck, paint: Paint): string {
  const shown = servers.map((server) => {
    const { decision, trust } = server;
    const lines = [
      ['AD bit', `${trust.verdict === 'believe-ad' ? 'believed' : 'ignored'}  ${trust.row}  ${trust.why}`],
      [`signed ${named(names.signed)}`, probeText(server.signed)],
      [`bogus ${named(names.bogus)}`, probeText(server.bogus)],
      ...(server.bogusUnchecked === null ? [] : [['  not validated', probeText(server.bogusUnchecked)]]),
      ...(server.unsigned === null
        ? []
        : [[`unsigned ${named(names.unsigned ?? '')}`, probeText(server.unsigned)]]),
      ['EDNS', ednsText(server)],
      ...(server.plain === null
        ? []
        : [
            ['TCP', server.plain.tcp],
            ['letter case', server.plain.letterCase],
          ]),
    ] as const;
    const width = Math.max(...lines.map(([label]) => label!.length));
    return [
      paint('bold', resolverText(server.server)),
      ...lines.map(([label, text]) => `  ${label!.padEnd(width)}  ${text}`),
      `  ${paint(COLOURS[decision.verdict], decision.verdict)}  ${decision.row}  ${decision.why}`,
      '',
    ].join('\n');
  });
  const last = servers.length > 1 ? [`${paint(COLOURS[verdict], verdict)}: all of them together\n`] : [];
  return printable([...shown, ...last].join('\n'));
}

function probeText(probe: Probe): string {
  if (probe.kind === 'failed')
    return probe.code === null ? `no answer: ${probe.cause}` : `no answer: ${probe.cause} (${probe.code})`;
  const rcode = RCODES[probe.rcode] ?? `RCODE ${probe.rcode}`;
  const errors = probe.extendedErrors.map((code) => `, extended error ${code}`).join('');
  return `${rcode}${probe.ad === 'set' ? ', AD' : ''}${errors}`;
}

function ednsText({ signed }: ServerCheck): string {
  if (signed.kind === 'failed') return 'unknown';
  return signed.udpPayloadOctets === null ? 'none' : `${signed.udpPayloadOctets} octets`;
}

function named(name: string): string {
  return name === '' ? 'the root' : name;
}
