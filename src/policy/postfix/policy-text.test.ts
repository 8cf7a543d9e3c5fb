import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../kernel/table.js';
import { readPolicyFile } from '../mta-sts/policy-file.js';
import type { NextHopPolicy } from './next-hop-policy.js';
import { postfixAttributes } from './policy-attributes.table.js';
import { postfixLevel } from './policy-level.table.js';
import { policyText } from './policy-text.js';

/** A policy in force, as its file was written, towards hosts of those names. */
function policyOf(file: string, names: readonly string[]): NextHopPolicy | null {
  const read = readPolicyFile(file);
  if (read.kind !== 'valid' || read.policy.mode !== 'enforce') return null;
  return {
    level: decide(postfixLevel, {
      ...{ known: 'hosts', mx: 'insecure', policy: 'enforced' },
      ...{ dane: 'none', others: 'pkix', closed: 'none' },
    }),
    attributes: decide(postfixAttributes, { level: 'secure', policy: 'enforced', version: 'from-3.10' }),
    hosts: [],
    names,
    enforced: read.policy,
    policyDomain: 'a.example',
  };
}

/** As Postfix splits it: at blanks, but not within braces. */
function attributesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{ ([^{}]*) \}|[^\s{}]+/g)].map(([whole, braced]) => braced ?? whole);
}

describe('the text of a policy', () => {
  it('has the names to match, the name to ask for, and for reports the file anew', () => {
    const file =
      'version: STSv1\r\nmode: enforce\r\nmx: MX.a.example\r\nmx: *.b.example\r\nmax_age: 86400\r\n';
    expect(policyText(policyOf(file, ['mx.a.example', 'mx1.b.example'])!)).toBe(
      'secure match=mx.a.example:mx1.b.example servername=hostname policy_type=sts policy_domain=a.example ' +
        '{ policy_string = version: STSv1 } { policy_string = mode: enforce } { policy_string = mx: mx.a.example } ' +
        '{ policy_string = mx: *.b.example } { policy_string = max_age: 86400 } ' +
        'mx_host_pattern=mx.a.example mx_host_pattern=*.b.example',
    );
  });

  it('is nothing where no name is left that certificates could be for', () => {
    const file = 'version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 86400\n';
    expect(policyText(policyOf(file, [])!)).toBeNull();
    expect(policyText(policyOf(file, ['mx.a.example ciphers=low'])!)).toBeNull();
  });

  it('has nothing for reports where no policy, or no domain of one, is known', () => {
    const file = 'version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 86400\n';
    const policy = policyOf(file, ['mx.a.example'])!;
    for (const own of [{ enforced: null }, { policyDomain: null }])
      expect(policyText({ ...policy, ...own })).toBe('secure match=mx.a.example servername=hostname');
  });

  it('brings no attribute that stands in a policy file', () => {
    const evil = fc.constantFrom(
      ' ',
      '}',
      '{',
      '=',
      ':',
      '|',
      ',',
      '"',
      '\t',
      'ciphers=low',
      'tafile=/x',
      ' } none {',
      'mx.a.example',
    );
    const line = fc.array(evil, { maxLength: 6 }).map((parts) => parts.join(''));
    const fields = fc.array(fc.tuple(fc.constantFrom('mx', 'x-other', 'mode', 'max_age'), line), {
      maxLength: 6,
    });
    let tried = 0;
    const known =
      /^(?:secure|match=[a-z0-9.:*_-]+|servername=hostname|policy_type=sts|policy_domain=a\.example|policy_string = (?:version: STSv1|mode: enforce|mx: [a-z0-9.*_-]+|max_age: \d+)|mx_host_pattern=[a-z0-9.*_-]+)$/;
    fc.assert(
      fc.property(fields, (own) => {
        const lines = own.map(([name, value]) => `${name}: ${value}`);
        const file = [
          'version: STSv1',
          'mode: enforce',
          ...lines,
          'mx: mx.a.example',
          'max_age: 86400',
          '',
        ].join('\n');
        const policy = policyOf(file, ['mx.a.example']);
        const text = policy === null ? null : policyText(policy);
        if (text === null) return;
        tried++;
        for (const attribute of attributesIn(text)) expect(attribute).toMatch(known);
      }),
      { numRuns: 1000 },
    );
    expect(tried).toBeGreaterThan(100);
  });

  it('leaves out what is for reports alone rather than become too long for Postfix', () => {
    const many = Array.from({ length: 1_200 }, (_, at) => `mx: mx${at}.${'a'.repeat(20)}.example\n`).join('');
    const policy = policyOf(`version: STSv1\nmode: enforce\n${many}max_age: 86400\n`, ['mx1.a.example']);
    if (policy === null) return expect.fail('that is a policy');
    expect(policyText(policy)).toBe('secure match=mx1.a.example servername=hostname');
  });
});
