import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { graphHeaders, type GraphInMemory } from './graph-headers.ts'
import { requestIdOf } from './request-id.ts'
import { securityHeaders } from './security-headers.ts'

/** The bytes of a body: a short one as Latin-1 text, whose characters are they. */
export type AnswerBody = string | Buffer

/** Bytes beyond which a body is sent by itself. */
const longBody = 1 << 14

export type FastAnswers = ReturnType<typeof createFastAnswers>

/** Milliseconds that a connection may be idle. */
export const keepAliveMs = 65_000

/** A body that lasts, of bytes that do not: a short one as text, since it then goes out in one piece with its head. */
export function bodyOf(bytes: Buffer): AnswerBody {
  return bytes.length > longBody ? Buffer.from(bytes) : bytes.toString('latin1')
}

/** Heads of answers that took no part in what Yoga and the dispatcher do, with the same headers as those. */
export function createFastAnswers({ isSecure, graph }: { isSecure: boolean; graph: GraphInMemory }) {
  const fixed = Object.entries(securityHeaders(isSecure)).flat()
  const fixedLines = `HTTP/1.1 200 OK\r\n${linesOf(fixed)}`
  const connectionLines = linesOf(['Connection', 'keep-alive', 'Keep-Alive', `timeout=${keepAliveMs / 1000}`])
  const dateLine = createDateLine()
  let written: { version: number; age: number; list: string[]; lines: string } | undefined

  function ofGraph(): { readonly list: string[]; readonly lines: string } {
    const version = graph.current()?.snapshot.state.version
    if (version === undefined) return nothing
    const age = graph.freshness().ageSeconds
    if (written?.version !== version || written.age !== age) {
      const list = Object.entries(graphHeaders(graph)).flat()
      written = { version, age, list, lines: linesOf(list) }
    }
    return written
  }

  function headersOf(request: IncomingMessage, more: readonly string[]): string[] {
    const requestId = requestIdOf(request.headers['x-request-id'])
    return [...fixed, 'x-request-id', requestId, ...ofGraph().list, ...more]
  }

  const ownHeaders = (more: readonly string[], type: string, body: AnswerBody) => [
    ...more,
    'content-type',
    type,
    'content-length',
    String(body.length),
  ]

  return {
    /** @param more headers in a row: name, value, … */
    send(
      request: IncomingMessage,
      response: ServerResponse,
      body: AnswerBody,
      type: string,
      more: readonly string[],
    ) {
      response.writeHead(200, headersOf(request, ownHeaders(more, type, body)))
      if (typeof body === 'string') response.end(body, 'latin1')
      else response.end(body)
    },
    sendUnchanged(request: IncomingMessage, response: ServerResponse, more: readonly string[]) {
      response.writeHead(304, headersOf(request, more)).end()
    },
    /** The lines of an answer's head that tell it from others, for {@link write}. */
    ownLines: (body: AnswerBody, type: string, more: readonly string[]) =>
      linesOf(ownHeaders(more, type, body)),
    /**
     * Sends what {@link send} sends, where Node has not read the request and so has no response to write to.
     *
     * @param givenId the header `x-request-id` of the request
     */
    write(socket: Socket, givenId: string | undefined, ownLines: string, body: AnswerBody) {
      const head = `${fixedLines}x-request-id: ${requestIdOf(givenId)}\r\n${ofGraph().lines}${ownLines}${dateLine()}${connectionLines}\r\n`
      if (typeof body === 'string') return void socket.write(head + body, 'latin1')
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body)
      socket.uncork()
    },
  }
}

const nothing = { list: [], lines: '' }

/** @param headers in a row: name, value, … */
function linesOf(headers: readonly string[]): string {
  let lines = ''
  for (let at = 0; at < headers.length; at += 2) lines += `${headers[at]}: ${headers[at + 1]}\r\n`
  return lines
}

/** The header `Date`, made once a second. */
function createDateLine() {
  let second = 0
  let line = ''
  return () => {
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) line = `Date: ${new Date().toUTCString()}\r\n`
    second = now
    return line
  }
}
