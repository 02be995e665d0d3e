import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'
import { refuseContentCoding } from './content-coding.ts'

/** Reads a small JSON body; throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE or BAD_REQUEST. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as `Content-Type: application/json`.')
  refuseContentCoding(request.headers['content-encoding'])
  const tooLarge = new AppError('PAYLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge
  const chunks: Buffer[] = []
  let size = 0
  // Clients that send too much still get a response.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes)
      throw new AppError('PAYLOAD_TOO_LARGE', `The body may have at most ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    throw new AppError('BAD_REQUEST', 'The body is not JSON.')
  }
}
