import { describe, expect, it } from 'vitest';
import {
  admission,
  envelopeLine,
  judgeAdmission,
  judgeLine,
  judgeSender,
  judgeSubmitter,
  REFUSALS,
  submissionRight,
} from './admission.tables.js';

describe('who may hand mail in', () => {
  it.each([
    ['local', 'none', 'none', 'take'],
    ['remote', 'none', 'none', 'refuse'],
    ['local', 'some', 'none', 'log-in-first'],
    ['remote', 'some', 'none', 'log-in-first'],
    ['local', 'some', 'done', 'take'],
    ['remote', 'some', 'done', 'take'],
    ['local', 'none', 'done', 'take'],
    ['remote', 'none', 'done', 'take'],
  ] as const)('%s, users %s, log-in %s: %s', (peer, users, login, verdict) => {
    expect(judgeSubmitter({ peer, users, login }).verdict).toBe(verdict);
  });

  it('never includes who is remote and has no name', () => {
    for (const users of submissionRight.inputs.users)
      expect(judgeSubmitter({ peer: 'remote', users, login: 'none' }).verdict).not.toBe('take');
  });
});

describe('the senders of a user', () => {
  const his = ['a.test', '.b.test', 'Ann@c.test'];
  it.each([
    ['x@a.test', 'take'],
    ['X@A.TEST', 'take'],
    ['x@y.a.test', 'refuse'],
    ['x@b.test', 'refuse'],
    ['x@y.b.test', 'take'],
    ['ann@c.test', 'take'],
    ['bob@c.test', 'refuse'],
    ['', 'take'],
  ] as const)('%j: %s', (sender, verdict) => {
    expect(judgeSender(sender, his).verdict).toBe(verdict);
  });

  it('are all that there are where no list is given', () => {
    expect(['x@a.test', ''].map((sender) => judgeSender(sender, []).verdict)).toEqual(['take', 'take']);
  });
});

describe('a line of the envelope', () => {
  it('is judged by its parameters first, and then by its address', () => {
    const verdicts = envelopeLine.inputs.parameters.map((parameters) =>
      envelopeLine.inputs.address.map((address) => judgeLine({ parameters, address }).verdict),
    );
    expect(verdicts).toEqual([
      ['take', 'ask-for-utf8', 'bad-address', 'refuse'],
      Array(4).fill('unknown-parameter'),
      Array(4).fill('bad-parameter'),
      Array(4).fill('unknown-parameter'),
    ]);
  });
});

describe('a message', () => {
  const fit = { door: 'open', room: 'enough', allowance: 'left', content: 'fit' } as const;

  it('is kept if nothing speaks against it', () => {
    expect(judgeAdmission(fit).verdict).toBe('keep');
  });

  it.each([
    [{ door: 'closing' }, 'come-again'],
    [{ room: 'too-little' }, 'no-room'],
    [{ allowance: 'spent' }, 'slow-down'],
    [{ room: 'too-little', allowance: 'spent' }, 'no-room'],
    [{ content: 'too-large' }, 'too-large'],
    [{ content: 'bare-line-ends', room: 'too-little' }, 'bare-line-ends'],
    [{ content: 'too-many-hops' }, 'loop'],
    [{ content: 'header-too-large' }, 'header-too-large'],
    [{ content: 'too-large', door: 'closing' }, 'come-again'],
  ] as const)('%j: %s', (own, verdict) => {
    expect(judgeAdmission({ ...fit, ...own }).verdict).toBe(verdict);
  });

  it('is refused for now where waiting helps, and for good where it does not', () => {
    const classes = admission.verdicts.flatMap((verdict) =>
      verdict === 'keep' ? [] : [[verdict, Math.floor(REFUSALS[verdict].code / 100)]],
    );
    expect(Object.fromEntries(classes)).toEqual({
      ...{ 'come-again': 4, 'no-room': 4, 'slow-down': 4 },
      ...{ 'too-large': 5, 'bare-line-ends': 5, loop: 5, 'header-too-large': 5 },
    });
    for (const { code, text } of Object.values(REFUSALS)) expect(text[0]).toBe(`${code}`[0]);
  });
});
