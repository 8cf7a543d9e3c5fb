import type { Settings } from '../policy/settings.js';

/** Which setting a column holds, by table. */
export const SETTING_COLUMNS: Readonly<Record<string, Readonly<Record<string, keyof Settings>>>> = {
  'message-kind': { setting: 'tlsRequiredNo' },
  'policy-cache': { failure: 'stsLookupFailure' },
  'target-address': { setting: 'privateAddresses' },
  'dane-applies': { halfDane: 'halfDane' },
  'requiretls-demand': { testingPolicy: 'requireTlsTestingPolicy', secureMx: 'requireTlsSecureMx' },
  'pkix-demand': { whenDanePasses: 'whenDanePasses' },
  'cleartext-retry': { setting: 'cleartextRetry' },
  'message-fit': { setting: 'withoutEightBitMime' },
};
