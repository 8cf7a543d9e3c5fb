import { describe, expect, it } from 'vitest';
import { enhancedStatusOf, statusIn } from './enhanced-status.js';
import { classOf, codeOf, type Reply, replyOf, textOf } from './reply.js';

const say = (code: number, ...lines: readonly string[]): Reply => ({ code, lines });

describe('a reply (RFC 5321, Section 4.2)', () => {
  it('has the code of its last line, and those of all where they differ', () => {
    expect(replyOf([250, 250], ['a', 'b'])).toEqual({ code: 250, lines: ['a', 'b'] });
    expect(replyOf([251, 250], ['a', 'b'])).toEqual({ code: 250, lines: ['a', 'b'], codes: [251, 250] });
  });

  it('counts by that, unless its lines are of different classes', () => {
    expect(codeOf(say(250, ''))).toBe(250);
    expect(codeOf(replyOf([251, 250], ['', '']))).toBe(250);
    expect(codeOf(replyOf([550, 250], ['', '']))).toBeNull();
    expect(codeOf(replyOf([250, 550, 250], ['', '', '']))).toBeNull();
  });

  it('is of the class of its code; one that contradicts itself decides nothing', () => {
    expect([200, 299, 354, 421, 554, 599].map((code) => classOf(say(code)))).toEqual([
      ...['2yz', '2yz', '3yz', '4yz', '5yz', '5yz'],
    ]);
    expect(classOf(replyOf([250, 550], ['', '']))).toBe('4yz');
    expect(textOf(say(250, 'a', '', 'b '))).toBe('a  b');
  });
});

describe('an enhanced status (RFC 2034, Section 4; RFC 3463, Section 2)', () => {
  it.each([
    [say(550, '5.1.1 no'), '5.1.1'],
    [say(550, '5.1.1'), '5.1.1'],
    [say(250, '2.0.0 ok'), '2.0.0'],
    [say(450, '4.999.999 x'), '4.999.999'],
    [say(550, '5.1.1', 'x'), '5.1.1'],
    [say(550, '4.1.1 no'), null],
    [say(354, '3.0.0 go'), null],
    [say(550, '5.1.1no'), null],
    [say(550, '5.01.1 no'), null],
    [say(550, '5.1.01 no'), null],
    [say(550, '5.1000.1 no'), null],
    [say(550, '5.1.1000 no'), null],
    [say(550, 'x 5.1.1 no'), null],
    [replyOf([250, 550], ['5.1.1 no', '']), null],
  ])('of %j is %j', (reply, status) => {
    expect(enhancedStatusOf(reply)).toBe(status);
  });

  it('is put into the class that is wanted', () => {
    expect(statusIn(4, say(554, '5.3.2 x'))).toBe('4.3.2');
    expect(statusIn(5, say(450, '4.2.1 x'))).toBe('5.2.1');
    expect(statusIn(2, say(250, '2.1.5 x'))).toBe('2.1.5');
    expect([statusIn(5, null), statusIn(4, say(450, 'x'))]).toEqual(['5.0.0', '4.0.0']);
    // What it says of success says nothing of a failure.
    expect([statusIn(4, say(250, '2.1.5 x')), statusIn(5, say(250, '2.1.5 x'))]).toEqual(['4.0.0', '5.0.0']);
  });
});
