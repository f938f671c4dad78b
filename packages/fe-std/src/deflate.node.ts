/** Deflate by Node's zlib. */
import { constants, deflateRawSync, crc32 as zlibCrc32 } from 'node:zlib'

/** See {@link Deflate}. */
export const deflatePiece = (data: Uint8Array, before: Uint8Array, level: number, last: boolean): Uint8Array =>
  deflateRawSync(data, {
    level,
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    ...(before.length > 0 && { dictionary: before }),
  })

/** See {@link Deflate}. */
export const crc32 = (data: Uint8Array, crc: number): number => zlibCrc32(data, crc)
