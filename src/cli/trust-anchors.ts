import { X509Certificate } from 'node:crypto';
import { CommandError, EXIT } from './exit.js';
import { readText } from './read-file.js';

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** The certificates of a PEM file. Throws a CommandError if there is none, or one that is none. */
export async function readTrustAnchors(path: string): Promise<readonly string[]> {
  const text = await readText(path, {
    what: 'the trust anchors',
    octetsMax: 1_048_576,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badSettings,
    malformed: EXIT.badSettings,
  });
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0)
    throw new CommandError(EXIT.badSettings, `the trust anchors in ${path}: there is no certificate in PEM`);
  const bad = blocks.findIndex((block) => !isCertificate(block));
  if (bad >= 0)
    throw new CommandError(
      EXIT.badSettings,
      `the trust anchors in ${path}: certificate ${bad + 1} cannot be read`,
    );
  return blocks;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
