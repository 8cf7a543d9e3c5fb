/* A text as a part of an address, and back: deflated, in base64url. What an address holds may be from a stranger, so that both are bounded. */

/** The longest that goes into an address, in characters: what every browser takes. */
export const PACKED_LENGTH_MAX = 32_768;
/** The longest text that is taken out of one, in octets: as a stranger makes them, an address of the greatest length could hold 24 MB. */
export const UNPACKED_OCTETS_MAX = 262_144;

/** What was asked for, or why it cannot be had, as the end of a sentence about it. */
export type Packed = { readonly ok: true; readonly packed: string } | Refused;
export type Unpacked = { readonly ok: true; readonly text: string } | Refused;
interface Refused {
  readonly ok: false;
  readonly why: string;
}

/** What is packed can be unpacked. */
export async function pack(text: string): Promise<Packed> {
  const whole = new Blob([text]);
  if (whole.size > UNPACKED_OCTETS_MAX)
    return no(`has ${inWords(whole.size)} octets, and ${inWords(UNPACKED_OCTETS_MAX)} are the most`);
  const deflated = whole.stream().pipeThrough(new CompressionStream('deflate-raw'));
  const octets = new Uint8Array(await new Response(deflated).arrayBuffer());
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
  const packed = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  if (packed.length <= PACKED_LENGTH_MAX) return { ok: true, packed };
  return no(`takes ${inWords(packed.length)} characters, and ${inWords(PACKED_LENGTH_MAX)} are the most`);
}

/** Never rejects. */
export async function unpack(packed: string): Promise<Unpacked> {
  if (packed.length > PACKED_LENGTH_MAX) return no(`is longer than ${inWords(PACKED_LENGTH_MAX)} characters`);
  try {
    const binary = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const octets = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return await inflate(octets);
  } catch {
    return no('is damaged');
  }
}

async function inflate(octets: Uint8Array<ArrayBuffer>): Promise<Unpacked> {
  const inflated = new Blob([octets])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
    .getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [text, length] = ['', 0];
  for (;;) {
    const { done, value } = await inflated.read();
    if (done) return { ok: true, text: text + decoder.decode() };
    length += value.length;
    if (length > UNPACKED_OCTETS_MAX) {
      // Nothing more of it is inflated.
      await inflated.cancel();
      return no(`has more than ${inWords(UNPACKED_OCTETS_MAX)} octets`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function no(why: string): Refused {
  return { ok: false, why };
}

const inWords = (count: number) => count.toLocaleString('en');
