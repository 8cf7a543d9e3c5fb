/* One server after the other, looked at by us and by OpenSSL's own verifier for DANE. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createSecureContext } from 'node:tls';
import { readTlsa } from '../src/adapters/node/dns/tlsa-record.js';
import { nodeSmtp } from '../src/adapters/node/index.js';
import { matchDane } from '../src/policy/dane/match.js';
import { isUsable } from '../src/policy/dane/usability.js';
import { newSession, receive } from '../src/testing/smtp-receiver.js';
import { findProgram } from './daemon.js';
import type { DaneCase, RecordFields } from './dane-cases.js';

/** `nothing-usable`: none of the records may be matched, so nobody was asked for a certificate. */
export type Verdict = 'verified' | 'refused' | 'nothing-usable';

export interface Verdicts {
  readonly ours: Verdict;
  readonly openssl: Verdict;
  /** Of our verdict: the place of the record that matched, or why none did. */
  readonly record: number | null;
  readonly mismatch: string | null;
  /** Number of OpenSSL's error, or null. */
  readonly error: number | null;
  /** Where only OpenSSL refuses: whether it accepts the same server as soon as that sends one path only. */
  readonly withoutDetours: 'verified' | 'refused' | null;
}

const DEADLINE_MS = 10_000;

const smtp = nodeSmtp({});

/** Has a server present the chain, and asks both. Rejects if one of them says neither yes nor no. */
export async function bothVerdicts(subject: DaneCase): Promise<Verdicts> {
  const [ours, openssl] = await presenting(subject, (port) =>
    Promise.all([ourVerdict(subject, port), opensslVerdict(subject, port)]),
  );
  const isStricter = ours.ours === 'verified' && openssl.openssl === 'refused';
  return { ...ours, ...openssl, withoutDetours: isStricter ? await straightened(subject) : null };
}

async function straightened(subject: DaneCase): Promise<'verified' | 'refused'> {
  for (const sent of subject.paths) {
    const { openssl } = await presenting({ ...subject, sent }, (port) => opensslVerdict(subject, port));
    if (openssl === 'verified') return openssl;
  }
  return 'refused';
}

async function presenting<T>(subject: DaneCase, look: (port: number) => Promise<T>): Promise<T> {
  const server = await present(subject);
  try {
    return await look((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

async function present({ sent, keyPem, host }: DaneCase): Promise<Server> {
  const secureContext = createSecureContext({
    cert: sent.map(({ pem }) => pem).join('\n'),
    key: keyPem,
    // No list of CAs, or OpenSSL would complete the chain from it where less is to be sent.
    ca: [],
  });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    receive(socket, { id: host, host: {}, secureContext, session: newSession(), accept: () => undefined });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The adapter's session, its facts, and policy on them. */
async function ourVerdict(
  { host, records }: DaneCase,
  port: number,
): Promise<Pick<Verdicts, 'ours' | 'record' | 'mismatch'>> {
  const tlsa = records.map((record) => readTlsa(rdataOf(record)));
  if (!tlsa.some(isUsable)) return { ours: 'nothing-usable', record: null, mismatch: null };
  const session = smtp();
  const own = { session: 1, deadlineMs: DEADLINE_MS };
  const { signal } = new AbortController();
  try {
    await session.connect(
      { ...own, greetingMs: DEADLINE_MS, address: '127.0.0.1', port, alternate: null },
      signal,
    );
    await session.hello({ ...own, verb: 'EHLO', name: 'client.example' }, signal);
    await session.startTls(own, signal);
    const secured = await session.handshake({ ...own, serverName: host }, signal);
    if (secured.kind === 'failed') throw new Error(`no handshake: ${secured.code}`);
    const peer = await session.inspect({ ...own, tlsa }, signal);
    const match = matchDane(tlsa, peer, [host], Date.now());
    return match.kind === 'matched'
      ? { ours: 'verified', record: match.record, mismatch: null }
      : { ours: 'refused', record: null, mismatch: match.kind };
  } finally {
    session.destroy();
  }
}

function rdataOf({ usage, selector, matching, data }: RecordFields): Buffer {
  return Buffer.concat([Buffer.from([usage, selector, matching]), Buffer.from(data, 'hex')]);
}

async function opensslVerdict(
  { host, records }: DaneCase,
  port: number,
): Promise<Pick<Verdicts, 'openssl' | 'error'>> {
  // For SMTP these are unusable, as callers of OpenSSL have to know themselves (DANE-3.1.3-2).
  const offered = records.filter(({ usage }) => usage !== 0 && usage !== 1);
  if (offered.length === 0) return { openssl: 'nothing-usable', error: null };
  const rrdata = offered.flatMap(({ usage, selector, matching, data }) => [
    '-dane_tlsa_rrdata',
    `${usage} ${selector} ${matching} ${data}`,
  ]);
  const args = [
    's_client',
    ...['-connect', `127.0.0.1:${port}`, '-starttls', 'smtp', '-name', 'client.example'],
    ...['-no-CAfile', '-no-CApath', '-no-CAstore', '-brief', '-verify_return_error'],
    ...['-dane_tlsa_domain', host, '-dane_ee_no_namechecks', ...rrdata],
  ];
  const { exit, output } = await end(findProgram('openssl', 'openssl'), args);
  if (/Failed to import any TLSA records/.test(output)) return { openssl: 'nothing-usable', error: null };
  const error = /^verify error:num=(\d+):/m.exec(output)?.[1];
  if (exit !== 0 && error !== undefined) return { openssl: 'refused', error: Number(error) };
  if (exit === 0 && error === undefined && /^Verification: OK\r?\n(?:.*\n)*?DANE TLSA /m.test(output))
    return { openssl: 'verified', error: null };
  throw new Error(`openssl says neither yes nor no (${exit}): ${output}`);
}

function end(program: string, args: readonly string[]): Promise<{ exit: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exit, output: stdout + stderr });
    });
    child.stdin?.end();
  });
}
