import type { CachedPolicy, FetchFailure, StsPolicy } from './policy.js';
import { readPolicyFile } from './policy-file.js';

/** What is kept of a domain's policy. */
export type CacheAnswer =
  | { readonly kind: 'read'; readonly cached: CachedPolicy | null; readonly failure: FetchFailure | null }
  /** `why`: for who keeps it; it changes nothing. */
  | { readonly kind: 'unreadable'; readonly why?: string };

/** What the policy host said. */
export type FetchAnswer =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** The Content-Type field as received, or "". */
      readonly mediaType: string;
      /** The body decoded as UTF-8; "" unless the status is 200. At most as many octets as were asked for. */
      readonly body: string;
    }
  | {
      readonly kind: 'failed';
      readonly cause: 'certificate' | 'connect' | 'tls' | 'timeout' | 'too-large' | 'protocol';
      /** The library's own code, for logs and reports. */
      readonly code: string;
    };

/** A fetch once it is judged; `failure` is a word of the table `report-result-type`. */
export type FetchResult =
  | { readonly kind: 'policy'; readonly policy: StsPolicy }
  | {
      readonly kind: 'failed';
      readonly failure: 'policy-fetch-failed' | 'policy-invalid' | 'policy-host-certificate';
      readonly reason: string;
    };

/** Status 200 exactly, text/plain, and a file that reads as a policy (RFC 8461, Sections 3.2 and 3.3). Never throws. */
export function readFetch(answer: FetchAnswer): FetchResult {
  if (answer.kind === 'failed') {
    const failure = answer.cause === 'certificate' ? 'policy-host-certificate' : 'policy-fetch-failed';
    return { kind: 'failed', failure, reason: answer.code === '' ? answer.cause : answer.code };
  }
  if (answer.status !== 200) {
    return { kind: 'failed', failure: 'policy-fetch-failed', reason: `http-status-${answer.status}` };
  }
  if (!/^text\/plain[ \t]*(?:;|$)/i.test(answer.mediaType)) {
    return { kind: 'failed', failure: 'policy-fetch-failed', reason: 'media-type' };
  }
  const file = readPolicyFile(answer.body);
  return file.kind === 'valid'
    ? { kind: 'policy', policy: file.policy }
    : { kind: 'failed', failure: 'policy-invalid', reason: file.problem };
}
