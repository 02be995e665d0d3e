import { AppError } from '../errors.ts'

/** Rejects compressed bodies, which could expand to any size: UNSUPPORTED_MEDIA_TYPE (RFC 9110, section 15.5.16). */
export function refuseContentCoding(coding: string | null | undefined): void {
  if (coding == null || /^\s*(identity\s*)?$/i.test(coding)) return
  throw new AppError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The body is encoded as ${JSON.stringify(coding.slice(0, 100))}; send it uncompressed, without \`Content-Encoding\`.`,
  )
}
