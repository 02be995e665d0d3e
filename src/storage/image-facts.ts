import { rgbaToThumbHash } from 'thumbhash'

export interface ImageFacts {
  /** `image/png`; null for a format that browsers do not show. */
  readonly mimeType: string | null
  readonly width: number
  readonly height: number
  /** Base64, https://evanw.github.io/thumbhash/. */
  readonly thumbHash: string
}

const mimeTypes: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  heif: 'image/avif',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  webp: 'image/webp',
}
/** Maximum side of a ThumbHash's input, in pixels. */
const thumbSize = 100

/** Inspects a picture. Throws if it is none, or if sharp does not run on this platform. */
export async function readImageFacts(path: string): Promise<ImageFacts> {
  const { default: sharp } = await import('sharp')
  const { format, width, height, autoOrient } = await sharp(path).metadata()
  const { data, info } = await sharp(path)
    .autoOrient()
    .resize(thumbSize, thumbSize, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const thumbHash = Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64')
  return {
    mimeType: mimeTypes[format] ?? null,
    width: autoOrient.width ?? width,
    height: autoOrient.height ?? height,
    thumbHash,
  }
}
