import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { TestServer } from './http-server.ts'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** By name; what differs from one answer to the next is left out. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** Whether the fast path gave it, by its own count. */
  readonly isFast: boolean
}

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
}

const passing = ['date', 'x-request-id', 'x-graph-age']

/** Sends one request with exactly the given headers, while no other is in flight. */
export function sendRaw(
  { url, fastAnswers }: Pick<TestServer, 'url' | 'fastAnswers'>,
  { method = 'POST', path = '/graphql', headers = {}, body }: RawRequest,
) {
  const { hostname, port } = new URL(url)
  const before = fastAnswers()
  return new Promise<RawAnswer>((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        const kept = Object.entries(response.headers).filter(([name]) => !passing.includes(name))
        resolve({
          status: response.statusCode!,
          headers: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
          body: Buffer.concat(pieces).toString(),
          isFast: fastAnswers() > before,
        })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A connection on which bytes are written by hand. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

/** A POST to GraphQL as text. */
export function postText(body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    host: 'test',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** Reads until so many whole answers have come; their bodies. */
export async function readAnswers(socket: Socket, count: number): Promise<string[]> {
  const bodies: string[] = []
  for await (const body of answersOn(socket)) if (bodies.push(body) === count) return bodies
  throw new Error(`the connection ended after ${bodies.length} answers`)
}

async function* answersOn(socket: Socket): AsyncGenerator<string, void> {
  let bytes = Buffer.alloc(0)
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece])
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1) break
      const head = bytes.toString('latin1', 0, end)
      const size = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (bytes.length < size) break
      const body = bytes.toString('utf8', end + 4, size)
      bytes = bytes.subarray(size)
      yield body
    }
  }
}
