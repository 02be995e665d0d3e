import type { IncomingMessage, ServerResponse } from 'node:http'
import { graphHeaders, type GraphInMemory } from '../graphql/graph-headers.ts'
import { requestIdOf } from '../request-id.ts'
import { securityHeaders } from '../security-headers.ts'

/** The bytes of a body: a short one as Latin-1 text, each character a byte. */
export type ResponseBody = string | Buffer

/** Bytes beyond which a body is sent by itself. */
const longBody = 1 << 14

/** Copies a body out of memory that is reused: a short one to text, which goes out in one write with its head. */
export function bodyOf(bytes: Buffer): ResponseBody {
  return bytes.length > longBody ? Buffer.from(bytes) : bytes.toString('latin1')
}

export type SendFast = ReturnType<typeof createSendFast>

/** Sends responses with the headers that the full pipeline gives them. */
export function createSendFast({ isSecure, graph }: { isSecure: boolean; graph: GraphInMemory }) {
  const fixed = Object.entries(securityHeaders(isSecure)).flat()
  let written: { version: number; age: number; headers: readonly string[] } | undefined

  function headersOfGraph(): readonly string[] {
    const version = graph.current()?.snapshot.state.version
    if (version === undefined) return []
    const age = graph.freshness().ageSeconds
    if (written?.version !== version || written.age !== age)
      written = { version, age, headers: Object.entries(graphHeaders(graph)).flat() }
    return written.headers
  }

  function headersOf(request: IncomingMessage, more: readonly string[]): string[] {
    const requestId = requestIdOf(request.headers['x-request-id'])
    return [...fixed, 'x-request-id', requestId, ...headersOfGraph(), ...more]
  }

  return {
    /** @param more headers in a row: name, value, … */
    ok(
      request: IncomingMessage,
      response: ServerResponse,
      body: ResponseBody,
      type: string,
      more: readonly string[],
    ): void {
      const own = [...more, 'content-type', type, 'content-length', String(body.length)]
      response.writeHead(200, headersOf(request, own))
      if (typeof body === 'string') response.end(body, 'latin1')
      else response.end(body)
    },
    notModified(request: IncomingMessage, response: ServerResponse, more: readonly string[]): void {
      response.writeHead(304, headersOf(request, more)).end()
    },
  }
}
