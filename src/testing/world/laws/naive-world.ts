/*
 * What a world really is, read the plain way: no table, no parser and no certificate of the product, only the description that the world was
 * made from. The laws are held against this, so that the code under test never judges itself.
 */
import type { Certificate, RecordSet, World } from '../../../adapters/scripted/index.js';

export interface NaivePolicy {
  readonly mode: string;
  readonly mx: readonly string[];
  readonly maxAgeMs: number;
}

export type NaiveRecords =
  | { readonly kind: 'failed' }
  | { readonly kind: 'none'; readonly secure: boolean }
  | { readonly kind: 'records'; readonly secure: boolean; readonly records: readonly string[] };

export function recordsAt(world: World, type: string, name: string): NaiveRecords {
  const set: RecordSet | undefined = world.dns[`${type} ${name}`];
  const whole: Exclude<RecordSet, readonly string[]> = Array.isArray(set)
    ? { records: set }
    : ((set ?? {}) as object);
  const isSigned = (world.signedZones ?? []).some(
    (zone) => zone === '.' || name === zone || name.endsWith(`.${zone}`),
  );
  const secure = (whole.security ?? (isSigned ? 'secure' : 'insecure')) === 'secure';
  if (whole.fails !== undefined) return { kind: 'failed' };
  if (whole.denial !== undefined || (whole.records ?? []).length === 0) return { kind: 'none', secure };
  return { kind: 'records', secure, records: whole.records ?? [] };
}

/** The policy that the owner of a domain serves at this moment, if anybody can have it under a good certificate. */
export function servedPolicy(world: World, domain: string): NaivePolicy | null {
  const name = `mta-sts.${domain}`;
  const address = recordsAt(world, 'A', name);
  if (address.kind !== 'records') return null;
  const host = world.policy?.[address.records[0]!.slice(1)];
  if (host === undefined || (host.connect ?? 'accept') !== 'accept' || (host.status ?? 200) !== 200)
    return null;
  if (host.bodyOctets !== undefined || !isGoodFor(host.certificate, name, name)) return null;
  const lines = (host.body ?? '').split('\n').map((line) => line.split(': '));
  const valuesOf = (key: string) => lines.filter(([own]) => own === key).map(([, value]) => value ?? '');
  const [version] = valuesOf('version');
  const [mode] = valuesOf('mode');
  const [maxAge] = valuesOf('max_age');
  const mx = valuesOf('mx');
  if (version !== 'STSv1' || maxAge === undefined || !['enforce', 'testing', 'none'].includes(mode ?? ''))
    return null;
  if (mode !== 'none' && mx.length === 0) return null;
  return { mode: mode!, mx, maxAgeMs: Number(maxAge) * 1000 };
}

export function lists({ mx }: NaivePolicy, name: string): boolean {
  const parent = name.slice(name.indexOf('.') + 1);
  return mx.some((pattern) => pattern === name || pattern === `*.${parent}`);
}

/** Whether anybody who trusts public CAs believes that this is the host of that name. `id`: of the host, which names it where nothing else does. */
export function isGoodFor(certificate: Certificate = {}, id: string, name: string): boolean {
  const { issuer = 'ca', validity = 'valid', sends, names = [id] } = certificate;
  const isKnown = issuer === 'ca' || (issuer === 'intermediate' && sends !== 'leaf-only');
  return isKnown && validity === 'valid' && isNamed(names, [name]);
}

function isNamed(names: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((name) =>
    names.some((own) => own === name || own === `*.${name.slice(name.indexOf('.') + 1)}`),
  );
}

export type NaiveTlsa =
  | { readonly kind: 'failed' }
  | { readonly kind: 'none' }
  /** `isMatched`: whether who answers is the one whom the records name; null: nobody can use them. */
  | { readonly kind: 'records'; readonly isMatched: boolean | null };

/** What the secure TLSA records of a host say of the host that answered. */
export function tlsaAt(world: World, domain: string, name: string, id: string | null): NaiveTlsa {
  const address = recordsAt(world, 'A', name);
  if (address.kind === 'failed' || !address.secure) return { kind: 'none' };
  const found = recordsAt(world, 'TLSA', name);
  if (found.kind === 'failed') return { kind: 'failed' };
  if (found.kind === 'none' || !found.secure) return { kind: 'none' };
  const usable = found.records.filter((record) => /^[23] [01] [12] /.test(record));
  if (usable.length === 0) return { kind: 'records', isMatched: null };
  return {
    kind: 'records',
    isMatched: id !== null && usable.some((record) => matches(world, record, id, [name, domain])),
  };
}

function matches(world: World, record: string, id: string, names: readonly string[]): boolean {
  const [usage, selector, , data = ''] = record.split(' ');
  if (!data.startsWith('@') || selector !== '1') return false;
  const wanted = data.slice(1).replace(/:ca$/, '');
  const published = world.mail?.[wanted]?.certificate ?? {};
  const shown = world.mail?.[id]?.certificate ?? {};
  if (usage === '3') return (published.key ?? wanted) === (shown.key ?? id);
  // The private CA alone sends its own certificate along.
  const isSigned =
    published.issuer === 'private-ca' && shown.issuer === 'private-ca' && (shown.sends ?? 'full') === 'full';
  return isSigned && (shown.validity ?? 'valid') === 'valid' && isNamed(shown.names ?? [id], names);
}
