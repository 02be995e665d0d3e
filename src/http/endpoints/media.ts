import { LRUCache } from 'lru-cache'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import parseRange from 'range-parser'
import type { CursorKey } from '../../domain/paging/cursor.ts'
import { mimeTypeOfExtension } from '../../domain/media/media-types.ts'
import { hasRole } from '../../domain/access/role.ts'
import { isSignedAddress } from '../../domain/media/signed-address.ts'
import { AppError } from '../../errors.ts'
import type { MediaReader } from '../../readers/media-reader.ts'
import { detectMediaType } from '../../storage/detect-media-type.ts'
import type { Endpoint, Exchange } from '../exchange.ts'
import { matchesEtag } from '../matches-etag.ts'
import { actorOf, type Actors } from './session-cookie.ts'

export interface MediaOptions {
  readonly mediaDir: string
  readonly reader: () => Pick<MediaReader, 'isPublicFile'>
  readonly sessions: Actors
  readonly cursorKey: CursorKey
}

/** `GET /media/:file`, named by SHA-256. Unpublished files need an editor or a signed address (`MediaObject.previewUrl`). */
export function createMediaEndpoint(options: MediaOptions): Endpoint {
  // A file never changes, so it is inspected once.
  const recognised = new LRUCache<string, boolean>({ max: 10_000 })
  const isWhatItSays = async (name: string, mimeType: string) => {
    const known = recognised.get(name)
    if (known !== undefined) return known
    const isIt = (await detectMediaType(join(options.mediaDir, name))) === mimeType
    recognised.set(name, isIt)
    return isIt
  }
  return async (exchange) => {
    const { request, response, path } = exchange
    const name = path.slice('/media/'.length)
    const [, hash, extension = ''] = /^([0-9a-f]{64})\.([a-z0-9]{2,5})$/.exec(name) ?? []
    const mimeType = mimeTypeOfExtension(extension)
    if (hash === undefined || mimeType === null) throw unknownFile()
    const isPublic = await options.reader().isPublicFile(path)
    if (!isPublic && !(await mayPreview(exchange, options))) throw unknownFile()
    const file = await open(join(options.mediaDir, name)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? unknownFile() : error
    })
    try {
      const etag = `"${hash}"`
      const headers = {
        etag,
        // One day only, since withdrawn files must leave caches, too.
        'cache-control': isPublic ? 'public, max-age=86400, immutable' : 'private, no-store',
        'cross-origin-resource-policy': 'cross-origin',
        // An SVG opened by itself must not run scripts or load anything.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      }
      if (matchesEtag(request.headers['if-none-match'], etag)) {
        response.writeHead(304, headers).end()
        return
      }
      const { size } = await file.stat()
      const part = partOf(request, size, etag)
      if (part === null) {
        response.writeHead(416, { ...headers, 'content-range': `bytes */${size}` }).end()
        return
      }
      // Files stored before content checks or added manually are served as downloads, so that no browser renders them as pages of
      // this site.
      const type = (await isWhatItSays(name, mimeType))
        ? { 'content-type': mimeType }
        : { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' }
      const isWhole = part.end - part.start + 1 === size
      response.writeHead(isWhole ? 200 : 206, {
        ...headers,
        ...type,
        'accept-ranges': 'bytes',
        'content-length': part.end - part.start + 1,
        ...(!isWhole && { 'content-range': `bytes ${part.start}-${part.end}/${size}` }),
      })
      if (request.method === 'HEAD' || size === 0) response.end()
      else await pipeline(file.createReadStream({ ...part, autoClose: false }), response)
    } finally {
      await file.close()
    }
  }
}

/** The requested bytes (RFC 9110, section 14): a single range, otherwise the whole file; null if not satisfiable. */
function partOf(request: IncomingMessage, size: number, etag: string): { start: number; end: number } | null {
  const whole = { start: 0, end: size - 1 }
  const { range, 'if-range': ifRange } = request.headers
  if (request.method !== 'GET' || range === undefined) return whole
  if (ifRange !== undefined && ifRange !== etag) return whole
  const ranges = parseRange(size, range)
  if (ranges === -1) return null
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return whole
  return { start: ranges[0]!.start, end: ranges[0]!.end }
}

async function mayPreview({ request, path }: Exchange, options: MediaOptions): Promise<boolean> {
  const query = new URLSearchParams(request.url!.split('?')[1])
  if (isSignedAddress(options.cursorKey, path, query, Date.now())) return true
  return hasRole(await actorOf(request, options.sessions), 'EDITOR')
}

/** The same error for missing and unpublished files, so as not to reveal the latter. */
function unknownFile(): AppError {
  return new AppError('NOT_FOUND', 'There is no such media file; take the address from `MediaObject.url`.')
}
