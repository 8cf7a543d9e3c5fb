const PIECE_OCTETS = 65_536;

/** The same octets, a piece at a time, so that who works on a large message can let others have their turn in between. */
export function* inPieces(octets: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += PIECE_OCTETS) yield octets.subarray(at, at + PIECE_OCTETS);
}
