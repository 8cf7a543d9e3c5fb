/** Keeping MTA-STS policies: what runs in the background, for no message. */
export type { RefreshPassSettings, RefreshPorts } from './refresh-options.js';
export {
  DEFAULT_PASS_SETTINGS,
  type RefreshOutcome,
  type RefreshPass,
  refreshPolicies,
} from './refresh-policies.js';
