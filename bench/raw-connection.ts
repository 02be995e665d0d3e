import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { BenchRequest } from './clients/client.ts'

/** A request as the bytes that go over the wire, with a place for the ids of its trace. */
export interface TracedRequest {
  readonly bytes: Buffer
  readonly idsAt: number
}

const noIds = `${'0'.repeat(32)}-${'0'.repeat(16)}`

export function tracedRequest(url: string, { path, body }: BenchRequest): TracedRequest {
  const { host } = new URL(url)
  const start = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ntraceparent: 00-`
  return {
    bytes: Buffer.from(
      `${start}${noIds}-01\r\ncontent-type: application/json\r\naccept: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
    idsAt: Buffer.byteLength(start),
  }
}

/**
 * Gives each request a trace id and a parent id of its own (`traceparent`, https://www.w3.org/TR/trace-context/), as a proxy does, so that
 * no head comes twice. Bytes are written in place, which copies nothing; the kernel has taken those of the last time by then.
 */
export function createTracer(): (request: TracedRequest) => Buffer {
  const process = randomBytes(8).toString('hex')
  let count = 0
  return ({ bytes, idsAt }) => {
    const id = (++count).toString(16).padStart(16, '0')
    bytes.write(`${process}${id}-${id}`, idsAt, 'latin1')
    return bytes
  }
}

/** One connection, kept alive, with one request in flight. */
export interface RawConnection {
  /** Sends the bytes of a request; `onResponse` is called when its answer has been read whole. */
  send(request: Buffer): void
  close(): void
}

export interface RawConnectionEvents {
  readonly onResponse: (status: number) => void
  /** The connection broke, or what came is no HTTP answer that can be counted. */
  readonly onError: (error: Error) => void
}

const headEnd = '\r\n\r\n'
const lastChunk = '0\r\n\r\n'

/**
 * Open a connection that speaks as much HTTP/1.1 as counting answers needs: status, `content-length`, and the end of a chunked
 * body. A whole HTTP client costs more than the answers that are to be measured.
 */
export async function openRawConnection(url: string, events: RawConnectionEvents): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await opened(socket)
  const read = createResponseCount(events)
  let isClosed = false
  socket.on('data', read)
  socket.on('error', (error) => isClosed || events.onError(error))
  socket.on('close', () => isClosed || events.onError(new Error('the connection was closed')))
  return {
    send: (request) => void socket.write(request),
    close() {
      isClosed = true
      socket.destroy()
    },
  }
}

/** Takes what comes over the wire in whatever pieces, and tells of each answer once it is whole. */
export function createResponseCount({ onResponse, onError }: RawConnectionEvents): (piece: Buffer) => void {
  let head = ''
  let status = 0
  /** Bytes of the body that are still to come; null while the head is; NaN where the body is chunked. */
  let missing: number | null = null
  let tail = ''
  const finish = () => {
    head = ''
    missing = null
    tail = ''
    onResponse(status)
  }
  return (piece) => {
    let size = piece.length
    let body = piece
    if (missing === null) {
      const known = head.length
      head += piece.toString('latin1', 0, 4096)
      const end = head.indexOf(headEnd)
      if (end === -1) return
      body = piece.subarray(end + headEnd.length - known)
      size = body.length
      status = Number(head.slice(9, 12))
      const length = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2))
      if (length) missing = Number(length[1])
      else if (/\r\ntransfer-encoding: *chunked/i.test(head.slice(0, end + 2))) missing = NaN
      else return onError(new Error('an answer has neither content-length nor chunks'))
    }
    if (Number.isNaN(missing)) {
      // JSON holds no line break of its own that could be taken for the end.
      tail = (tail + body.toString('latin1', Math.max(0, body.length - lastChunk.length))).slice(
        -lastChunk.length,
      )
      if (tail === lastChunk) finish()
      return
    }
    missing -= size
    if (missing === 0) finish()
    else if (missing < 0) onError(new Error('an answer is longer than its content-length'))
  }
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
}
