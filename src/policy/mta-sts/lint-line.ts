/*
 * What is wrong with one line of a policy file: what its author wrote, and not what a reader had wanted. The order counts: what
 * stands first in a line is told first.
 */
import { parseHostName } from '../names/domain-name.js';
import { isAscii } from '../names/mailbox.js';
import { cited, isQuoted, remarkIn, unseenIn, withoutUnseen } from './lint-words.js';
import { isMxPattern, type PolicyProblem } from './policy-file.js';
import { trimBlanks } from './record.js';

export interface Said {
  /** Stable; see LintFinding. */
  readonly detail?: string;
  readonly says: string;
  readonly why: string;
}

const FORM = 'A line is a key, a colon right behind it, and a value (Section 3.2).';
const KEY_MAX = 32;

/** Of a line that the reader passes over, or whose value it refuses. */
export function sayOfLine(problem: PolicyProblem, line: string): Said {
  const value = trimBlanks(line.slice(line.indexOf(':') + 1));
  switch (problem) {
    case 'bad-version':
      return (
        ofValue(value) ??
        say(
          'value',
          `the version is ${cited(value)}, and not STSv1`,
          'There is no other, and its case counts (Section 3.2).',
        )
      );
    case 'bad-mode':
      return (
        ofValue(value) ??
        say(
          'value',
          `the mode is ${cited(value)}, and not enforce, testing or none`,
          'There are no others, in lower case (Section 3.2).',
        )
      );
    case 'bad-max-age':
      return (
        ofValue(value) ??
        say(
          'value',
          `max_age is ${cited(value)}, and not 1 to 10 digits`,
          'It is a number of seconds without sign, unit or fraction (Section 3.2).',
        )
      );
    case 'bad-mx':
      return (
        ofValue(value, ofHosts) ??
        ofHosts(value) ??
        say(
          'value',
          `the mx ${cited(value)} is neither a host name nor "*." and one`,
          'The star stands for the whole first label and nothing else (Sections 3.2 and 4.1).',
        )
      );
    default:
      return ofNoField(line);
  }
}

function say(detail: string, says: string, why: string): Said {
  return { detail, says, why };
}

/** What no value may have; `first` is asked about what is beyond the general. */
function ofValue(value: string, first: (value: string) => Said | null = () => null): Said | null {
  const unseen = unseenIn(value);
  if (unseen !== null)
    return say(
      'odd-blank',
      `${unseen} stands in this line`,
      'It comes from copying out of documents; around a value there may be ordinary blanks and tabs only (Section 3.2).',
    );
  if (isQuoted(value))
    return say(
      'quotes',
      `there are quotation marks around ${cited(value)}`,
      'They would be part of the value (Section 3.2).',
    );
  const remark = remarkIn(value);
  if (remark > 0)
    return say(
      'remark',
      `a remark stands behind the value: ${cited(trimBlanks(value.slice(remark)))}`,
      'A policy file has no remarks; all behind the colon is the value (Section 3.2).',
    );
  const special = first(value);
  if (special !== null) return special;
  if (/[;,]$/.test(value))
    return say(
      'end-mark',
      `this value ends in ${cited(value.at(-1)!)}`,
      'A field ends where its line does (Section 3.2).',
    );
  return null;
}

const HOST_WHY = 'The value of an mx is one host name, or "*." and one (Section 3.2).';

/** What stands where a host should. */
function ofHosts(value: string): Said | null {
  const parts = value.split(/[ \t,;]+/).filter((part) => part !== '');
  const hosts = parts.filter((part) => isMxPattern(part) && /[A-Za-z]/.test(part) && part.includes('.'));
  if (hosts.length > 1)
    return say(
      'several-hosts',
      'there are several hosts in this line',
      'Each has an mx line of its own (Section 3.2).',
    );
  if (/^\[.*\]$/.test(value) || /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(value))
    return say('address', `${cited(value)} is an address`, HOST_WHY);
  if (/^(?:priority|preference|prio)\b|^[0-9]+(?:[ \t]|:(?![0-9a-f]*:))|[ \t][0-9]+$/i.test(value))
    return say(
      'priority',
      `there is a preference beside the host in ${cited(value)}`,
      'Preferences stand in MX records; a policy only says which hosts there may be (Section 3.2).',
    );
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(value)) return say('url', `${cited(value)} is a URL`, HOST_WHY);
  if (value.includes('@')) return say('mail-address', `${cited(value)} is a mail address`, HOST_WHY);
  if (/:[0-9]*$/.test(value)) return say('port', `there is a port in ${cited(value)}`, HOST_WHY);
  if (!isAscii(value))
    return say(
      'u-label',
      `the mx ${cited(value)} has letters beyond ASCII`,
      'Names are written in their xn-- form (Section 3.2).',
    );
  if (/^\S+\.$/.test(value))
    return say(
      'final-dot',
      `the mx ${cited(value)} ends in a dot`,
      'A name in a policy has none, as in mail addresses (Section 3.2).',
    );
  if (value.startsWith('.'))
    return say(
      'leading-dot',
      `the mx ${cited(value)} begins with a dot`,
      'What is meant for every host below a name is written "*." and the name (Section 4.1).',
    );
  if (/^[A-Za-z0-9_.*-]+$/.test(value) && value.includes('_'))
    return say(
      'underscore',
      `there is an underscore in the mx ${cited(value)}`,
      'DNS takes any name, a policy only those of letters, digits and hyphens (Section 3.2).',
    );
  return null;
}

function ofNoField(line: string): Said {
  const text = trimBlanks(line);
  if (line.includes('\u0000'))
    return say(
      'nul',
      'there are NUL characters in this line',
      'The file may be in UTF-16; a policy is in UTF-8 (Section 3.2).',
    );
  const key = keyIn(text);
  if (/^[ \t]/.test(line) && isField(text))
    return say(
      'indented',
      'there are blanks in front of this line',
      'The key stands at its very beginning (Section 3.2).',
    );
  const unseen = unseenIn(line);
  if (unseen !== null && isField(trimBlanks(withoutUnseen(line))))
    return say(
      'odd-blank',
      `${unseen} stands in this line`,
      'It comes from copying out of documents; it belongs to the key or the value that it stands at (Section 3.2).',
    );
  const colon = /^[\w.-]+\s*([\uff1a\ufe55\ufe13\u2236\ua789\u02d0\u05c3])/.exec(text)?.[1];
  if (colon !== undefined)
    return say(
      'odd-colon',
      `the colon in this line is another character (U+${colon.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')})`,
      'It has to be the colon of ASCII (Section 3.2).',
    );
  if (/^[#;]|^\/\/|^\/\*|^<!--/.test(text))
    return say('remark', 'this line is a remark', 'A policy file has none (Section 3.2).');
  if (text.startsWith('<'))
    return say('markup', 'this line is HTML', 'The web server may be serving another page (Section 3.2).');
  if (isQuoted(text) || isQuoted(key))
    return say(
      'quotes',
      'there are quotation marks in this line',
      'Neither keys nor values have any around them (Section 3.2).',
    );
  if (/^[-*\u2022][ \t]/.test(text))
    return say(
      'list-mark',
      `this line begins with ${cited(text[0]!)}`,
      'The key stands at its very beginning (Section 3.2).',
    );
  if (/^[\w.-]+[ \t]+:/.test(text))
    return say(
      'blank-before-colon',
      'there is a blank before the colon',
      'The colon stands right behind the key (Section 3.2).',
    );
  if (/^[\w.-]+[ \t]*=/.test(text)) return say('equals-sign', 'there is "=" in place of the colon', FORM);
  if (/^[\w.-]+:$/.test(text))
    return say('empty', `${cited(key)} has no value`, 'A value has one character at least (Section 3.2).');
  if (text.replace(CONTROLS, '') !== text && isField(text.replace(CONTROLS, '')))
    return say(
      'control',
      'there is a control character in this line',
      'A value is visible text and blanks (Section 3.2).',
    );
  if (/^[\w.-]+:/.test(text) && key.length > KEY_MAX)
    return say(
      'long-key',
      `the key ${cited(key)} has more than ${KEY_MAX} characters`,
      'No key may be longer (Section 3.2).',
    );
  if (text.includes(':') && key !== '')
    return say(
      'odd-key',
      `${cited(key)} is no key`,
      'A key is letters and digits, with "_", "-" and "." in between (Section 3.2).',
    );
  return {
    says: 'this is not of the form "key: value"',
    why: 'The colon stands right behind the key, and a value is visible text (Section 3.2).',
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

function keyIn(text: string): string {
  return trimBlanks(text.slice(0, Math.max(0, text.indexOf(':'))));
}

function isField(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,31}:[ \t]*[^ \t]/.test(text);
}

/** An `mx` that the grammar takes, and that can be the name of no host; null: it can be one. */
export function sayOfIdleMx(pattern: string): Said | null {
  const host = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  if (parseHostName(host) !== null) return null;
  const what = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(host) ? 'is an address' : 'can be the name of no host';
  return {
    says: `the mx ${cited(pattern)} ${what}, and lists nobody`,
    why: 'MX records name hosts, and names are compared with names (Section 4.1).',
  };
}
