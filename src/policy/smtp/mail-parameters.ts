import type { MessageFacts } from '../require-tls/message.js';
import type { Keywords } from './ehlo.js';

/** Parameters of MAIL: only of extensions that were offered, and only where the message needs them (RFC 5321, Section 4.1.1.2). */
export function mailParameters(
  message: MessageFacts,
  keywords: Keywords,
  requireTls: 'yes' | 'no',
): readonly string[] {
  const parameters: string[] = [];
  if (keywords.has('SIZE')) parameters.push(`SIZE=${message.sizeBytes}`);
  if (message.body === '8bit' && keywords.has('8BITMIME')) parameters.push('BODY=8BITMIME');
  if (message.utf8 === 'needed' && keywords.has('SMTPUTF8')) parameters.push('SMTPUTF8');
  if (requireTls === 'yes') parameters.push('REQUIRETLS');
  return parameters;
}
