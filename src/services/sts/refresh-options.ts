import { Clock, Count, GraceMs, TimeMs } from '../../effects/codecs/arguments.codec.js';
import { having, methods, strictObject } from '../../effects/codecs/strict-object.js';
import { Signal } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { PolicyStore } from '../../effects/stores.js';
import type { Engine } from '../../engine/engine.js';
import type { RefreshSettings } from '../../policy/mta-sts/refresh-plan.js';

export interface RefreshPorts {
  readonly store: Pick<PolicyStore, 'list'>;
  /** Keeps what it fetches in that same store. */
  readonly engine: Pick<Engine, 'policy'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface RefreshPassSettings extends RefreshSettings {
  /** Fetches at once. */
  readonly atOnceMax: number;
  /** Fetches in one pass; what is left is done in the next one, what is latest for its own period first. */
  readonly fetchesMax: number;
}

const PortsCodec = having<RefreshPorts>('an object with store, engine and clock', {
  store: methods<RefreshPorts['store']>('a store with list', { list: true }),
  engine: methods<RefreshPorts['engine']>('an engine', { policy: true }),
  clock: Clock,
});

export const PassSettingsCodec = strictObject<Partial<RefreshPassSettings>>(
  'an object with settings',
  { dailyMs: TimeMs, retryMs: TimeMs, lifeMinMs: GraceMs, atOnceMax: Count, fetchesMax: Count },
  [],
);

/** Throws a {@link MisuseError} for what no pass can be made with. */
export function checkRefresh(
  ports: RefreshPorts,
  settings: Partial<RefreshPassSettings>,
  signal: AbortSignal,
): void {
  checked(PortsCodec, ports, 'WAXSEAL_BAD_OPTIONS', 'ports');
  checked(PassSettingsCodec, settings, 'WAXSEAL_BAD_OPTIONS', 'settings');
  checked(Signal, signal, 'WAXSEAL_BAD_OPTIONS', 'signal');
}
