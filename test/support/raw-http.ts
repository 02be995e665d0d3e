import { request } from 'node:http'
import { connect, type Socket } from 'node:net'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** By name; what differs from one answer to the next is left out. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** Whether it came by the fast lane, which writes the id of the request behind the fixed headers; the ordinary way, first. */
  readonly isFast: boolean
}

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
}

const passing = ['date', 'x-request-id', 'x-graph-age']

/** Sends one request with exactly the given headers. */
export function sendRaw(url: string, { method = 'POST', path = '/graphql', headers = {}, body }: RawRequest) {
  const { hostname, port } = new URL(url)
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
          isFast: response.rawHeaders[0]!.toLowerCase() !== 'x-request-id',
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
  for await (const { body } of answersOn(socket)) if (bodies.push(body) === count) return bodies
  throw new Error(`the connection ended after ${bodies.length} answers`)
}

/** An answer with its head as it came, but for what differs from one to the next. */
export interface WrittenAnswer {
  readonly head: string
  readonly body: string
}

/** A connection that stays, for one request after the other. */
export interface Conversation {
  readonly socket: Socket
  /** The next answer, once it has come whole. Rejects where the connection ends before. */
  next(): Promise<WrittenAnswer>
  /** Writes bytes and waits for an answer. */
  ask(bytes: string | Buffer): Promise<WrittenAnswer>
}

export async function openConversation(url: string): Promise<Conversation> {
  const socket = await openSocket(url)
  socket.setNoDelay(true)
  const answers = answersOn(socket)
  const next = async () => {
    const { value, done } = await answers.next()
    if (done === true) throw new Error('the connection has ended')
    return value
  }
  return {
    socket,
    next,
    ask(bytes) {
      socket.write(bytes, 'latin1')
      return next()
    },
  }
}

async function* answersOn(socket: Socket): AsyncGenerator<WrittenAnswer, void> {
  let bytes = Buffer.alloc(0)
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece])
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1) break
      const head = bytes.toString('latin1', 0, end)
      const size = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (bytes.length < size) break
      const answer = { head: withoutPassing(head), body: bytes.toString('utf8', end + 4, size) }
      bytes = bytes.subarray(size)
      yield answer
    }
  }
}

function withoutPassing(head: string): string {
  return passing.reduce((text, name) => text.replace(new RegExp(`(?<=^${name}: ).*`, 'im'), '…'), head)
}
