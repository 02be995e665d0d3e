import { createHash } from 'node:crypto'
import { request } from 'node:http'
import type { WholeClient } from './clients.ts'

export interface WholeAnswer {
  readonly seconds: number
  readonly bytes: number
}

/**
 * Ask for the whole graph and drain the answer as it comes.
 *
 * @param onPiece given each piece; what it takes counts as the time of the answer
 * @throws Error where the answer is not a 200 or breaks off
 */
export function fetchWhole(
  url: string,
  { path, body }: WholeClient,
  onPiece: (piece: Buffer) => void = () => {},
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const headers = {
      accept: 'application/json',
      ...(body !== null && { 'content-type': 'application/json' }),
    }
    const sent = request(url + path, { method: body === null ? 'GET' : 'POST', headers }, (response) => {
      let bytes = 0
      if (response.statusCode !== 200) {
        let text = ''
        response.on('data', (piece: Buffer) => (text += piece.toString()))
        response.on('end', () =>
          reject(new Error(`${url}${path} answered ${response.statusCode}:\n${text.slice(0, 2000)}`)),
        )
        return
      }
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
        onPiece(piece)
      })
      response.on('end', () => resolve({ seconds: (performance.now() - started) / 1000, bytes }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}

/** The whole answer, and the SHA-256 of its bytes. */
export async function readWhole(url: string, client: WholeClient): Promise<{ bytes: Buffer; hash: string }> {
  const pieces: Buffer[] = []
  const hash = createHash('sha256')
  await fetchWhole(url, client, (piece) => {
    pieces.push(piece)
    hash.update(piece)
  })
  return { bytes: Buffer.concat(pieces), hash: hash.digest('hex') }
}
