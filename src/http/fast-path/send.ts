import type { IncomingMessage, ServerResponse } from 'node:http'
import { graphHeaders, type GraphInMemory } from '../graphql/graph-headers.ts'
import { requestIdOf } from '../request-id.ts'
import { securityHeaders } from '../security-headers.ts'

/** A response body: a short one as Latin-1 text, one character per byte. */
export type ResponseBody = string | Buffer

const longBody = 1 << 14

/** Copies a body out of reused memory: short ones to text, which is written together with the head. */
export function bodyOf(bytes: Buffer): ResponseBody {
  return bytes.length > longBody ? Buffer.from(bytes) : bytes.toString('latin1')
}

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
