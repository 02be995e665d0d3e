import { readdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'

/** A link to a PostgreSQL server that can be cut at a chosen message. */
export interface TcpProxy {
  /** The server's address, by way of the link. */
  readonly url: string
  /**
   * Cuts the link at the next message of a client that holds `text`: before the server hears of it, or after the server has
   * answered, when the client never gets the answer.
   *
   * @param since only after a message that holds this text, on whichever connection
   */
  cutAt(text: string, when: 'before' | 'after', since?: string): void
  /** How often it was cut. */
  readonly cuts: () => number
  /** Breaks all connections and lets no new one through, until it is called with false. */
  takeDown(isDown: boolean): void
  /** The connections that are open stay so, and nothing comes through on them any more, as after a failover without a reset. */
  hush(): void
  /** New connections go to another server. */
  leadTo(url: string): void
  /** Notifications of the server do not arrive, as behind a pooler in transaction mode. */
  swallowNotifications(): void
  /** From now on each message arrives so much later, whichever way it goes. */
  delay(milliseconds: number): void
  stop(): Promise<void>
}

/** @param url of a server, by TCP or by the folder of its Unix socket */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  let target = targetOf(url)
  const open = new Set<Socket>()
  let armed: { text: string; when: 'before' | 'after'; since: string | undefined } | null = null
  let cuts = 0
  let isDown = false
  let delayMs = 0
  let isSwallowing = false
  let silenced = new Set<Socket>()
  const send = (to: Socket, data: Buffer) => {
    if (delayMs === 0) to.write(data)
    else setTimeout(() => to.write(data), delayMs).unref()
  }
  const server = createServer((client) => {
    if (isDown) return void client.on('error', () => {}).destroy()
    const upstream = connect(target)
    const ends = [client, upstream]
    let isDeaf = false
    const cut = () => ends.forEach((end) => end.destroy())
    for (const end of ends) {
      open.add(end)
      end.on('error', cut)
      end.on('close', () => {
        open.delete(end)
        cut()
      })
    }
    const messages = createMessageFilter()
    client.on('data', (data) => {
      if (silenced.has(client)) return
      if (armed?.since !== undefined) {
        if (data.includes(armed.since)) armed = { ...armed, since: undefined }
        return send(upstream, data)
      }
      if (armed === null || !data.includes(armed.text)) return send(upstream, data)
      const { when } = armed
      armed = null
      cuts += 1
      if (when === 'before') return cut()
      isDeaf = true
      upstream.write(data)
    })
    // The first byte of an answer means that the server is done with what it was sent.
    upstream.on('data', (data) => {
      if (silenced.has(client)) return
      if (isDeaf) return cut()
      const left = isSwallowing ? messages(data) : data
      if (left.length > 0) send(client, left)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const own = new URL(url)
  own.searchParams.delete('host')
  own.hostname = '127.0.0.1'
  own.port = String(port)
  return {
    url: own.href,
    cutAt: (text, when, since) => (armed = { text, when, since }),
    cuts: () => cuts,
    takeDown(down) {
      isDown = down
      if (isDown) for (const socket of open) socket.destroy()
    },
    hush: () => void (silenced = new Set(open)),
    leadTo: (other) => void (target = targetOf(other)),
    swallowNotifications: () => void (isSwallowing = true),
    delay: (milliseconds) => void (delayMs = milliseconds),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

/** Takes notifications (type `A`) out of what a server says, which is messages of a type, a length and a body. */
function createMessageFilter(): (data: Buffer) => Buffer {
  let rest = Buffer.alloc(0)
  return (data) => {
    rest = Buffer.concat([rest, data])
    const kept: Buffer[] = []
    for (;;) {
      if (rest.length < 5) break
      const end = 1 + rest.readInt32BE(1)
      if (rest.length < end) break
      if (rest[0] !== 'A'.charCodeAt(0)) kept.push(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    return Buffer.concat(kept)
  }
}

function targetOf(url: string): { path: string } | { host: string; port: number } {
  const { searchParams, hostname, port } = new URL(url)
  const folder = searchParams.get('host')
  if (folder === null || !folder.startsWith('/'))
    return { host: folder ?? hostname, port: Number(port || 5432) }
  const socket = readdirSync(folder).find((name) => /^\.s\.PGSQL\.\d+$/.test(name))
  if (socket === undefined) throw new Error(`no socket of PostgreSQL in ${folder}`)
  return { path: join(folder, socket) }
}
