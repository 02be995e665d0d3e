import { open } from 'node:fs/promises'
import { fileTypeFromBuffer } from 'file-type'

/** Narrower or older names that the detector uses for the same format. */
const sameFormat: Readonly<Record<string, string>> = {
  'image/apng': 'image/png',
  'video/x-m4v': 'video/mp4',
}
/** The detector asks for 4,100 bytes, but metadata can precede a picture's signature. */
const headBytes = 65_536
/** SVG is text without a signature: find its root element after the prolog, comments and DOCTYPE. */
const svgRoot =
  /^\uFEFF?(?:\s|<\?[^>]*\?>|<!--(?:(?!-->)[^])*-->|<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>)*<svg[\s>/]/

/** The media type according to the file's bytes, or null. */
export async function detectMediaType(path: string): Promise<string | null> {
  const head = await readHead(path)
  const found = (await fileTypeFromBuffer(head))?.mime ?? null
  if (found === null || found === 'application/xml')
    return svgRoot.test(head.toString('utf8')) ? 'image/svg+xml' : found
  return sameFormat[found] ?? found
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
