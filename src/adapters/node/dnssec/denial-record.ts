/**
 * `nodata-by-wildcard`: the name does not exist, so that nothing is below it either, and what stands for it has no such type.
 * `delegation`: asked for DS, and the name is delegated without one. `opt-out`: an unsigned delegation may be there
 * (RFC 5155, Section 9.2). `too-many-iterations`: of the records, or of what the lookup may spend on hashes.
 */
export type Denial =
  | 'nodata'
  | 'nodata-by-wildcard'
  | 'nxdomain'
  | 'delegation'
  | 'opt-out'
  | 'unproven'
  | 'too-many-iterations';

/** Whether nothing stands in the way of a wildcard's expansion. */
export type Expansion = 'proven' | 'opt-out' | 'unproven' | 'too-many-iterations';

/** A record of NSEC or NSEC3, verified. */
export interface DenialRecord {
  readonly owner: string;
  readonly type: number;
  readonly rdata: Buffer;
}
