/** Keeping MTA-STS policies: what runs in the background, for no message. */
export {
  DEFAULT_PASS_SETTINGS,
  type RefreshOutcome,
  type RefreshPass,
  type RefreshPassSettings,
  type RefreshPorts,
  refreshPolicies,
} from './refresh-policies.js';
