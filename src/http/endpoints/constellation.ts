import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Endpoint } from '../exchange.ts'
import type { Reader } from '../../readers/reader.ts'
import { matchesEtag } from '../matches-etag.ts'

export type ConstellationSource = Pick<Reader, 'graphHash' | 'withConstellation'>

/** A client that reads nothing for this long is cut off, since it holds a connection and a database snapshot. */
const stalledAfterMs = 30_000

/** `GET /api/constellation` streams the published graph; hash and rows share one state, so the hash is a strong ETag. */
export function createConstellationEndpoint(currentSource: () => ConstellationSource): Endpoint {
  return async ({ request, response }) => {
    const source = currentSource()
    const headersFor = (graphHash: string) => ({
      etag: `"${graphHash}"`,
      'cache-control': 'public, no-cache',
      'content-type': 'application/json; charset=utf-8',
    })
    const ifNoneMatch = request.headers['if-none-match']
    if (ifNoneMatch !== undefined || request.method === 'HEAD') {
      const headers = headersFor(await source.graphHash())
      const isKnown = matchesEtag(ifNoneMatch, headers.etag)
      if (isKnown || request.method === 'HEAD') {
        const { 'content-type': type, ...rest } = headers
        response.writeHead(isKnown ? 304 : 200, isKnown ? rest : { ...rest, 'content-type': type }).end()
        return
      }
    }
    response.setTimeout(stalledAfterMs, () => response.destroy())
    await source.withConstellation(async ({ graphHash, chunks }) => {
      response.writeHead(200, headersFor(graphHash))
      await pipeline(Readable.from(chunks), response)
    })
  }
}
