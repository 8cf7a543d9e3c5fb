import { TimeMs } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { callable } from '../../effects/codecs/values.js';
import { errorText } from '../../effects/error-text.js';
import { checked } from '../../effects/misuse.js';
import { waitByTimer } from '../../engine/wait-by-timer.js';
import {
  checkRefresh,
  PassSettingsCodec,
  type RefreshPassSettings,
  type RefreshPorts,
} from './refresh-options.js';
import { type RefreshOutcome, type RefreshPass, refreshPolicies } from './refresh-policies.js';

export interface KeepFreshOptions {
  readonly settings?: Partial<RefreshPassSettings>;
  /** Time between the end of one pass and the next, in milliseconds. Default: a quarter of an hour. */
  readonly pauseMs?: number;
  /** Told of every refresh that an operator should hear of, once each time it is tried (RFC 8461, Sections 3.3 and 10.2). */
  readonly onAlert?: (outcome: RefreshOutcome) => void;
  /** Told how every pass went. */
  readonly onPass?: (pass: RefreshPass) => void;
  /** Told of a pass that failed as a whole, and of what the others here throw; the next pass comes all the same. */
  readonly onFailure?: (message: string) => void;
  /** Waits so many milliseconds, or until the signal aborts. Default: a timer. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const OptionsCodec = strictObject<KeepFreshOptions>(
  'an object with options',
  {
    settings: PassSettingsCodec,
    pauseMs: TimeMs,
    onAlert: callable(),
    onPass: callable(),
    onFailure: callable(),
    wait: callable(),
  },
  [],
);

const PAUSE_MS = 900_000;

/** Renews kept policies, pass after pass, until the signal aborts; resolves when what was under way has ended. Rejects at once, with a {@link MisuseError}, or never. */
export async function keepPoliciesFresh(
  ports: RefreshPorts,
  signal: AbortSignal,
  options: KeepFreshOptions = {},
): Promise<void> {
  checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const { settings = {}, pauseMs = PAUSE_MS, onAlert, onPass, onFailure, wait = waitByTimer } = options;
  checkRefresh(ports, settings, signal);
  const fail = (error: unknown) => {
    const message = errorText(error);
    // What it throws is its own affair.
    tell(
      () => onFailure?.(message),
      () => {},
    );
  };
  while (!signal.aborted) {
    try {
      const pass = await refreshPolicies(ports, settings, signal);
      for (const outcome of pass.outcomes)
        if (outcome.alert.verdict !== 'quiet') tell(() => onAlert?.(outcome), fail);
      tell(() => onPass?.(pass), fail);
    } catch (error) {
      fail(error);
    }
    if (signal.aborted) break;
    try {
      await wait(pauseMs, signal);
    } catch (error) {
      fail(error);
      // Without a pause, hosts would be asked over and over.
      if (!signal.aborted) await waitByTimer(pauseMs, signal);
    }
  }
}

/** An onlooker that throws, at once or later, must not end the loop. Nobody waits for it. */
function tell(onlooker: () => unknown, failed: (error: unknown) => void): void {
  new Promise((resolve) => resolve(onlooker())).catch(failed);
}
