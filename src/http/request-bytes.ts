import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Characters of requests in flight on one connection beyond which it is no longer followed. */
const mostCharacters = 1 << 16
/** Requests in a row that nobody knew, after which no more is expected of a connection: following it costs some µs a request. */
const patience = 1000

/** What comes over one connection, see {@link followConnection}. */
export interface RequestBytes {
  /**
   * To be told of each request once its answer has left, in their order.
   *
   * @returns the bytes of the request as Latin-1 text; null where they are not known for certain
   */
  settle(request: IncomingMessage): string | null
}

/**
 * Sees the bytes of requests before the parser of HTTP does. The parser stays the only judge of where a request ends: bytes
 * that came between two requests are shown to `answer`, which may know them as a whole request that the parser has read before;
 * all others are the parser's.
 *
 * What the parser was given is accounted for exactly, in the words in which it says what it has read, and as soon as one byte is in
 * doubt (a head that is written unusually, a body in chunks) nothing on the connection is looked at any more. So no client can make its
 * bytes be taken for anything but what the parser would take them for (RFC 9112, section 11.2, request smuggling).
 *
 * @param socket to which the HTTP server listens already
 * @param answer whether it has answered these bytes, of which the parser then learns nothing
 */
export function followConnection(socket: Socket, answer: (bytes: string) => boolean): RequestBytes {
  /** Given to the parser, of requests that are not settled; null once that is in doubt. */
  let given: string | null = ''
  /** Only what has passed the parser once has its time limits for idle connections. */
  let isIdle = false
  let unknown = 0
  const [parse, ...others] = socket.listeners('data') as ((bytes: Buffer) => void)[]
  if (parse === undefined || others.length > 0) return { settle: () => null }

  socket.off('data', parse)
  socket.on('data', (bytes: Buffer) => {
    if (given !== null) {
      const text = given.length + bytes.length > mostCharacters ? null : bytes.toString('latin1')
      // Whoever does not read its answers is left to the parser, which waits for that; so is a connection that is ending.
      const isFree = isIdle && socket.writable && socket.writableLength === 0
      if (text !== null && isFree && answer(text)) {
        unknown = 0
        return
      }
      given = text === null || ++unknown > patience ? null : given + text
      isIdle = false
    }
    parse.call(socket, bytes)
  })
  return {
    settle(request) {
      const size = given === null ? 0 : sizeOf(request, given)
      if (given === null || size === 0) return (given = null)
      const bytes = given.slice(0, size)
      given = given.slice(size)
      isIdle = given === ''
      return bytes
    },
  }
}

/** How many of the bytes are the request; 0 where that is not certain. */
function sizeOf(request: IncomingMessage, given: string): number {
  const { method = '', url = '', httpVersion, headers, rawHeaders } = request
  if (!request.complete || headers['transfer-encoding'] !== undefined || headers.upgrade !== undefined)
    return 0
  let size = 0
  const begins = (part: string) => {
    const isNext = given.startsWith(part, size)
    size += part.length
    return isNext
  }
  if (!(begins(method) && begins(' ') && begins(url) && begins(' HTTP/') && begins(httpVersion))) return 0
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!(begins('\r\n') && begins(rawHeaders[at]!) && begins(': ') && begins(rawHeaders[at + 1]!))) return 0
  if (!begins('\r\n\r\n')) return 0
  size += Number(headers['content-length'] ?? 0)
  return given.length >= size ? size : 0
}
