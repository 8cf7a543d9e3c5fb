import { describe, expect, it } from 'vitest';
import { TYPE } from './message.js';
import { denyAtName, denyAtWildcard, readTypes } from './type-bitmap.js';

const types = (...names: (keyof typeof TYPE)[]) => new Set<number>(names.map((name) => TYPE[name]));

describe('type bit maps', () => {
  it('are read as RFC 4034, Section 4.3, has its example', () => {
    const example = Buffer.from(`0006400100000003041b${'00'.repeat(26)}20`, 'hex');
    expect(readTypes(example)).toEqual(new Set([1, 15, 46, 47, 1234]));
    expect(readTypes(Buffer.alloc(0))).toEqual(new Set());
  });

  it.each(['00', '0000', '0021', '0002ff', `0021${'ff'.repeat(33)}`, '000140000140', '010140000140'])(
    '%s is none',
    (hex) => {
      expect(readTypes(Buffer.from(hex, 'hex'))).toBeNull();
    },
  );
});

describe('what the types at a name deny', () => {
  it('is what is not there, unless there is an alias', () => {
    expect(denyAtName(types('A', 'MX'), TYPE.TLSA)).toBe('nodata');
    expect(denyAtName(types('TLSA'), TYPE.TLSA)).toBe('unproven');
    expect(denyAtName(types('CNAME'), TYPE.TLSA)).toBe('unproven');
  });

  it("is DS alone on the parent's side of a cut, and all but DS on the child's (RFC 6840, Section 4.1)", () => {
    expect(denyAtName(types('NS'), TYPE.DS)).toBe('delegation');
    expect(denyAtName(types('NS', 'DS'), TYPE.MX)).toBe('unproven');
    expect(denyAtName(types('NS', 'SOA', 'DNSKEY'), TYPE.DS)).toBe('unproven');
    expect(denyAtName(types('NS', 'SOA', 'DNSKEY'), TYPE.MX)).toBe('nodata');
    expect(denyAtName(types('A'), TYPE.DS)).toBe('nodata');
  });

  it('is the same at a wildcard, which never delegates', () => {
    expect(denyAtWildcard(types('A'), TYPE.TLSA)).toBe('nodata-by-wildcard');
    for (const there of ['TLSA', 'CNAME', 'NS'] as const) {
      expect(denyAtWildcard(types(there), TYPE.TLSA)).toBe('unproven');
    }
  });
});
