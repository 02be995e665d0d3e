import { open } from 'node:fs/promises'
import { fileTypeFromBuffer } from 'file-type'

/** What a type is called by the detector where it knows a narrower or an older name for the same format. */
const sameFormat: Readonly<Record<string, string>> = {
  'image/apng': 'image/png',
  'video/x-m4v': 'video/mp4',
}
/** The detector asks for 4,100 bytes; a picture's own metadata can precede what tells its format. */
const headBytes = 65_536
/** An SVG is text, so it has no signature: its root element is looked for behind the prolog, comments and a DOCTYPE. */
const svgRoot =
  /^\uFEFF?(?:\s|<\?[^>]*\?>|<!--(?:(?!-->)[^])*-->|<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>)*<svg[\s>/]/

/**
 * The media type that the bytes of a file themselves tell.
 *
 * @returns null where they tell none
 */
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
