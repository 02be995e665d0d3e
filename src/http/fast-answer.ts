import type { IncomingMessage, ServerResponse } from 'node:http'
import { graphHeaders, type GraphInMemory } from './graph-headers.ts'
import { requestIdOf } from './request-id.ts'
import { securityHeaders } from './security-headers.ts'

/** The bytes of a body: a short one as Latin-1 text, whose characters are they. */
export type AnswerBody = string | Buffer

/** Bytes beyond which a body is sent by itself. */
const longBody = 1 << 14

/** A body that lasts, of bytes that do not: a short one as text, since it then goes out in one piece with its head. */
export function bodyOf(bytes: Buffer): AnswerBody {
  return bytes.length > longBody ? Buffer.from(bytes) : bytes.toString('latin1')
}

/** Heads of answers that took no part in what Yoga and the dispatcher do, with the same headers as those. */
export function createFastAnswers({ isSecure, graph }: { isSecure: boolean; graph: GraphInMemory }) {
  const fixed = Object.entries(securityHeaders(isSecure)).flat()
  let written: { version: number; age: number; list: string[] } | undefined

  function graphHeaderList(): string[] {
    const version = graph.current()?.snapshot.state.version
    if (version === undefined) return []
    const age = graph.freshness().ageSeconds
    if (written?.version !== version || written.age !== age)
      written = { version, age, list: Object.entries(graphHeaders(graph)).flat() }
    return written.list
  }

  function headersOf(request: IncomingMessage, more: readonly string[]): string[] {
    const requestId = requestIdOf(request.headers['x-request-id'])
    return [...fixed, 'x-request-id', requestId, ...graphHeaderList(), ...more]
  }

  return {
    /** @param more headers in a row: name, value, … */
    send(
      request: IncomingMessage,
      response: ServerResponse,
      body: AnswerBody,
      type: string,
      more: readonly string[],
    ) {
      const headers = headersOf(request, more)
      headers.push('content-type', type, 'content-length', String(body.length))
      response.writeHead(200, headers)
      if (typeof body === 'string') response.end(body, 'latin1')
      else response.end(body)
    },
    sendUnchanged(request: IncomingMessage, response: ServerResponse, more: readonly string[]) {
      response.writeHead(304, headersOf(request, more)).end()
    },
  }
}
