import { describe, expect, it } from 'vitest';
import { judgeContent, judgeForm, judgeNotice, RETURNED_OCTETS_MAX } from './judge-notice.js';

describe('whether a sender is told', () => {
  const ask = (
    event: Parameters<typeof judgeNotice>[0]['event'],
    notify: Parameters<typeof judgeNotice>[0]['notify'],
    own = {},
  ) => {
    const { verdict, row } = judgeNotice({
      event,
      notify,
      sender: 'a@a.example',
      origin: 'ordinary',
      ...own,
    });
    return [verdict, row];
  };

  it('of failures unless he asked not to be (DSN-3461-5.2.6-1, DSN-3461-5.2.2-3, DSN-3461-4.1-2, SMTP-3.6.3-1)', () => {
    expect(ask('failed', 'absent')).toEqual(['failed', 'NOTE-3']);
    expect(ask('failed', ['failure'])).toEqual(['failed', 'NOTE-3']);
    expect(ask('failed', ['success', 'delay'])).toEqual(['none', 'NOTE-2']);
    expect(ask('failed', 'never')).toEqual(['none', 'NOTE-2']);
  });

  it('of delays unless he asked not to be (DSN-3461-5.2.5-1)', () => {
    expect(ask('delayed', 'absent')).toEqual(['delayed', 'NOTE-4']);
    expect(ask('delayed', ['delay', 'failure'])).toEqual(['delayed', 'NOTE-4']);
    expect(ask('delayed', ['failure'])).toEqual(['none', 'NOTE-2']);
    expect(ask('delayed', 'never')).toEqual(['none', 'NOTE-2']);
  });

  it('of success only if he asked for it, and by one server only (DSN-3461-5.2.2-2, DSN-3464-2.3.3-1, DSN-3464-3-1)', () => {
    expect(ask('relayed', ['success'])).toEqual(['relayed', 'NOTE-5']);
    expect(ask('delivered', ['success', 'failure'])).toEqual(['delivered', 'NOTE-6']);
    expect(ask('passed-on', ['success'])).toEqual(['none', 'NOTE-9']);
    for (const event of ['relayed', 'passed-on', 'delivered'] as const) {
      expect(ask(event, 'absent')).toEqual(['none', 'NOTE-8']);
      expect(ask(event, ['failure'])).toEqual(['none', 'NOTE-2']);
    }
  });

  it('of nothing without a return path, and never of what software wrote or an operator ended (SMTP-3.6.3-2, SMTP-4.5.4-1, DSN-3461-5.2-1)', () => {
    for (const event of ['failed', 'dropped', 'delayed', 'relayed', 'passed-on', 'delivered'] as const)
      for (const notify of ['absent', 'never', ['success', 'failure', 'delay']] as const)
        expect(ask(event, notify, { sender: '' })).toEqual(['none', 'NOTE-1']);
    for (const event of ['failed', 'delayed'] as const)
      expect(ask(event, 'absent', { origin: 'report' })).toEqual(['none', 'NOTE-7']);
    expect(ask('relayed', ['success'], { origin: 'report' })).toEqual(['relayed', 'NOTE-5']);
    for (const notify of ['absent', 'never', ['failure']] as const)
      expect(ask('dropped', notify)).toEqual(['none', 'NOTE-10']);
  });
});

describe('how much of a message goes back', () => {
  const message = { ret: 'absent', requireTls: 'no', sizeBytes: 10 } as const;

  it('is all of it where it failed, was not asked for in part, and is not too large (DSN-3461-6.2-1)', () => {
    expect(judgeContent('failed', message).verdict).toBe('message');
    expect(judgeContent('failed', { ...message, ret: 'full' }).verdict).toBe('message');
    expect(judgeContent('failed', { ...message, sizeBytes: RETURNED_OCTETS_MAX }).verdict).toBe('message');
    expect(judgeContent('failed', { ...message, sizeBytes: RETURNED_OCTETS_MAX + 1 })).toMatchObject({
      verdict: 'headers',
      row: 'RET-5',
    });
    expect(judgeContent('failed', { ...message, ret: 'headers' })).toMatchObject({
      verdict: 'headers',
      row: 'RET-3',
    });
    for (const action of ['delayed', 'relayed', 'delivered'] as const)
      expect(judgeContent(action, { ...message, ret: 'full' })).toMatchObject({
        verdict: 'headers',
        row: 'RET-2',
      });
  });

  it('is the header alone under REQUIRETLS, whatever was asked for (RTLS-5-2, RTLS-5-3)', () => {
    for (const ret of ['absent', 'full', 'headers'] as const)
      for (const action of ['failed', 'delayed'] as const)
        expect(judgeContent(action, { ...message, ret, requireTls: 'yes' })).toMatchObject({
          verdict: 'headers',
          row: 'RET-1',
        });
  });
});

describe('in which characters a notice is written', () => {
  it('is judged by all that stands in it', () => {
    expect(judgeForm('a@a.example', ['b@b.example'], 'not-needed').verdict).toBe('ascii');
    expect(judgeForm('a@a.example', ['b@b.example'], 'needed').verdict).toBe('global-in-7bit');
    expect(judgeForm('a@a.example', ['ü@b.example'], 'not-needed').verdict).toBe('global-in-7bit');
    expect(judgeForm('ü@a.example', ['b@b.example'], 'not-needed').verdict).toBe('global');
  });
});
