export interface RenderedImage {
  readonly bytes: Uint8Array
  readonly mimeType: 'image/webp'
  readonly extension: 'webp'
  readonly width: number
  readonly height: number
}

export interface ImageRenderer {
  /** Renders a WebP of the given width in pixels. Throws if the bytes are not a picture. */
  render(bytes: Uint8Array, width: number): Promise<RenderedImage>
}

/** Lowest effort: a third of the time for files a tenth larger. */
const webp = { quality: 85, effort: 0 }

/** The renderer, or why there is none: sharp's native code does not run everywhere. */
export async function createImageRenderer(): Promise<ImageRenderer | { readonly reason: string }> {
  const loaded = await import('sharp').catch((error: unknown) => error as Error)
  if (!('default' in loaded)) return { reason: firstLine(loaded) }
  const sharp = loaded.default
  // Callers render several pictures at once; more threads would only contend.
  sharp.concurrency(1)
  return {
    async render(bytes, width) {
      const { data, info } = await sharp(bytes)
        .resize({ width })
        .webp(webp)
        .toBuffer({ resolveWithObject: true })
      return {
        bytes: data,
        mimeType: 'image/webp',
        extension: 'webp',
        width: info.width,
        height: info.height,
      }
    },
  }
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0] ?? 'it could not be loaded'
}
