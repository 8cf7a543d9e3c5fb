/*
 * Whoever keeps connections is a session like any other: the same contract, over the same servers. Whatever can be kept
 * is, so that most clauses are met by a connection that has carried a message before.
 */
import { node } from '../../../../spec/contracts/node.fixture.js';
import { smtpSendContract } from '../../../../spec/contracts/smtp-send.contract.js';
import { smtpSessionContract } from '../../../../spec/contracts/smtp-session.contract.js';
import type { World } from '../../scripted/index.js';
import type { KeepableSession } from '../smtp/index.js';
import { reusingSmtp } from './index.js';

async function reusing(world: World) {
  const subject = await node(world);
  const smtp = reusingSmtp(subject.open as () => KeepableSession);
  const close = async () => {
    await smtp.close();
    await subject.close();
  };
  return { ...subject, open: smtp.session, close };
}

smtpSessionContract('reusingSmtp', reusing);
smtpSendContract('reusingSmtp', reusing);
