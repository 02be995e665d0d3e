import { LRUCache } from 'lru-cache'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { mimeTypeOfExtension } from '../domain/media-types.ts'
import { AppError } from '../errors.ts'
import { detectMediaType } from '../storage/detect-media-type.ts'
import type { Endpoint } from './exchange.ts'
import { matchesEtag } from './matches-etag.ts'

/** `GET /media/:file`: a file of the media folder, named by the SHA-256 of its content, so it may be kept for ever. */
export function createMediaEndpoint(mediaDir: string): Endpoint {
  // A file never changes, so it is looked into once.
  const recognised = new LRUCache<string, boolean>({ max: 10_000 })
  const isWhatItSays = async (name: string, mimeType: string) => {
    const known = recognised.get(name)
    if (known !== undefined) return known
    const isIt = (await detectMediaType(join(mediaDir, name))) === mimeType
    recognised.set(name, isIt)
    return isIt
  }
  return async ({ request, response, path }) => {
    const name = path.slice('/media/'.length)
    const [, hash, extension = ''] = /^([0-9a-f]{64})\.([a-z0-9]{2,5})$/.exec(name) ?? []
    const mimeType = mimeTypeOfExtension(extension)
    if (hash === undefined || mimeType === null) throw unknownFile()
    const file = await open(join(mediaDir, name)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? unknownFile() : error
    })
    try {
      const etag = `"${hash}"`
      const headers = {
        etag,
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'cross-origin',
        // An SVG is a document: opened by itself it may neither run scripts nor load anything.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      }
      if (matchesEtag(request.headers['if-none-match'], etag)) {
        response.writeHead(304, headers).end()
        return
      }
      const { size } = await file.stat()
      // Stored before bytes were looked into, or put there by hand: a download, which no browser opens as a page of this site.
      const type = (await isWhatItSays(name, mimeType))
        ? { 'content-type': mimeType }
        : { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' }
      response.writeHead(200, { ...headers, ...type, 'content-length': size })
      if (request.method === 'HEAD') response.end()
      else await pipeline(file.createReadStream({ autoClose: false }), response)
    } finally {
      await file.close()
    }
  }
}

function unknownFile(): AppError {
  return new AppError('NOT_FOUND', 'There is no such media file; take the address from `MediaObject.url`.')
}
