import { describe, expect, it } from 'vitest';
import { type FetchAnswer, readFetch } from './fetch.js';
import { fetchFailureInWords } from './fetch-words.js';
import { stsRecordsInText } from './record-text.js';

const GOOD = 'version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 86400\n';
const served = (own: Partial<Extract<FetchAnswer, { kind: 'response' }>> = {}) =>
  readFetch({ kind: 'response', status: 200, mediaType: 'text/plain', body: GOOD, ...own });
const failed = (cause: Extract<FetchAnswer, { kind: 'failed' }>['cause'], code = '') =>
  readFetch({ kind: 'failed', cause, code });

describe('what a policy host served (RFC 8461, Sections 3.2 and 3.3)', () => {
  it.each(['text/plain', 'TEXT/PLAIN', 'text/plain; charset=utf-8', 'text/plain \t;x'])(
    'is a policy as %j',
    (type) => {
      expect(served({ mediaType: type })).toMatchObject({ kind: 'policy', policy: { mode: 'enforce' } });
    },
  );

  it.each(['', 'text/html', 'text/plainx', 'xtext/plain', 'text/plain x', ' text/plain'])(
    'is none as %j',
    (mediaType) => {
      expect(served({ mediaType })).toEqual({
        ...{ kind: 'failed', failure: 'policy-fetch-failed', reason: 'media-type' },
      });
    },
  );

  it('is none with another status than 200, or with a text that is no policy', () => {
    for (const status of [201, 204, 301, 404, 500])
      expect(served({ status })).toEqual({
        ...{ kind: 'failed', failure: 'policy-fetch-failed', reason: `http-status-${status}` },
      });
    expect(served({ body: '' })).toMatchObject({ kind: 'failed', failure: 'policy-invalid' });
    expect(served({ body: 'version: STSv1\n' })).toMatchObject({
      failure: 'policy-invalid',
      reason: 'no-mode',
    });
  });

  it('is nothing, for a reason that somebody can look for', () => {
    expect(failed('certificate', 'CERT_HAS_EXPIRED')).toEqual({
      ...{ kind: 'failed', failure: 'policy-host-certificate', reason: 'CERT_HAS_EXPIRED' },
    });
    for (const cause of ['connect', 'tls', 'timeout', 'too-large', 'protocol'] as const)
      expect(failed(cause)).toEqual({ kind: 'failed', failure: 'policy-fetch-failed', reason: cause });
    expect(failed('certificate')).toMatchObject({ reason: 'certificate' });
  });
});

describe('why there is no policy, in words', () => {
  const words = (
    reason: string,
    failure: 'policy-fetch-failed' | 'policy-host-certificate' = 'policy-fetch-failed',
  ) => fetchFailureInWords({ failure, reason });

  it.each([
    ['http-status-404', 'its host answers with status 404 and not with 200'],
    ['media-type', 'it is not served as text/plain'],
    ['timeout', 'its host does not answer in time'],
    ['too-large', 'it is larger than 64 KB'],
    ['ECONNREFUSED', 'its host refuses the connection (ECONNREFUSED)'],
    ['ENETUNREACH', 'there is no way to its host (ENETUNREACH)'],
    ['CERT_REVOKED', 'the certificate has been revoked (CERT_REVOKED)'],
    ['ENEW', 'something went wrong on the way (ENEW)'],
    ['constructor', 'something went wrong on the way (constructor)'],
    ['http-status-x', 'something went wrong on the way (http-status-x)'],
    ['http-status-12345', 'something went wrong on the way (http-status-12345)'],
    ['xhttp-status-404', 'something went wrong on the way (xhttp-status-404)'],
  ])('%s', (reason, says) => {
    expect(words(reason)).toBe(says);
  });

  it('and of a certificate that nobody has words for', () => {
    expect(words('NEW', 'policy-host-certificate')).toBe('the certificate of its host is not accepted (NEW)');
    expect(words('certificate', 'policy-host-certificate')).toBe(
      'the certificate of its host is not accepted',
    );
  });
});

describe('records as people keep them in files', () => {
  it.each<[string, readonly string[]]>([
    ['v=STSv1; id=1;', ['v=STSv1; id=1;']],
    ['\uFEFFv=STSv1; id=1;\r\n\r\n', ['v=STSv1; id=1;']],
    ['  v=STSv1; id=1; ', ['  v=STSv1; id=1; ']],
    ['"v=STSv1; id=1;"', ['v=STSv1; id=1;']],
    ['"v=STSv1;" " id=1;"\n"v=x"', ['v=STSv1; id=1;', 'v=x']],
    ['_mta-sts.a.example. 300 IN TXT "v=STSv1; id=1;"', ['v=STSv1; id=1;']],
    ['_mta-sts TXT\t"v=STSv1; id=1;"', ['v=STSv1; id=1;']],
    ['txt v=STSv1; id=1;', ['v=STSv1; id=1;']],
    ['"v=STSv1\\059 id=\\1\\"x\\\\"', ['v=STSv1; id=1"x\\']],
    ['\u201cv=STSv1; id=1;', ['\u201cv=STSv1; id=1;']],
    ['v = sts', ['v = sts']],
    ['"v=STSv1; id=1;', ['"v=STSv1; id=1;']],
    ['v=STSv1; "', ['v=STSv1; "']],
    ['version: STSv1\nmode: none', []],
    ['x v=STSv1', []],
    ['', []],
    ['\n \n', []],
  ])('%j', (text, records) => {
    expect(stsRecordsInText(text)).toEqual(records);
  });
});
