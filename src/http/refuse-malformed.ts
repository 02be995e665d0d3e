import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../errors.ts'

const answers: Readonly<Record<string, readonly [status: string, code: ErrorCode, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'PAYLOAD_TOO_LARGE',
    'The headers or the address are too long; send a long query as POST.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'TIMEOUT', 'The request took too long to arrive.'],
}

/** A client that keeps sending after its last response is cut off. */
const lingerMs = 5000

/** Answers malformed HTTP with JSON, after the responses to earlier requests, or it would be taken for one of them. */
export function createMalformedRefusal() {
  const owed = new WeakMap<Duplex, Set<ServerResponse>>()
  const refused = new WeakSet<Duplex>()
  return {
    begin(response: ServerResponse): void {
      const { socket } = response.req
      const open = owed.get(socket) ?? new Set()
      owed.set(socket, open.add(response))
      response.once('close', () => open.delete(response))
    },
    refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
      if (error.code === 'ECONNRESET') return void socket.destroy()
      // The parser reports further data again.
      if (refused.has(socket)) return
      refused.add(socket)
      const open = [...(owed.get(socket) ?? [])]
      // A request that breaks off in its body is the malformed one; nothing else will answer it.
      const broken = open.find(({ req }) => !req.complete)
      const before = open.filter(({ req }) => req.complete)
      let left = before.length
      const finish = () => {
        if (broken?.headersSent === true || !socket.writable) return void socket.destroy()
        socket.end(answerTo(error))
        setTimeout(() => socket.destroy(), lingerMs).unref()
      }
      if (left === 0) return finish()
      for (const response of before) response.once('close', () => --left === 0 && finish())
    },
  }
}

function answerTo({ code: cause = '' }: NodeJS.ErrnoException): string {
  const [status, code, message] = answers[cause] ?? [
    '400 Bad Request',
    'BAD_REQUEST',
    'The request is not well-formed HTTP.',
  ]
  const body = `${JSON.stringify({ error: { code, message } })}\n`
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
}
