import { Agent, request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface Balancer {
  readonly url: string
  stop(): Promise<void>
}

/**
 * A balancer as they commonly are: requests go in turn to the servers that are ready, over connections that are kept. Who
 * refuses a connection is passed over; a connection that breaks under a request is a 502, since the request may have been acted on.
 */
export async function startBalancer(servers: readonly string[], lookEveryMs: number): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  const ready = new Set(servers)
  let turn = 0
  const look = async () => {
    for (const server of servers) {
      const isReady = await fetch(`${server}/readyz`).then(({ ok }) => ok, () => false) // prettier-ignore
      if (isReady) ready.add(server)
      else ready.delete(server)
    }
  }
  const timer = setInterval(() => void look(), lookEveryMs)

  function pass(request: IncomingMessage, response: ServerResponse, body: Buffer, tries: number): void {
    const server = [...ready][turn++ % Math.max(ready.size, 1)]
    if (server === undefined || tries === 0) return void response.writeHead(502).end()
    const { method, headers, url = '/' } = request
    const upstream = ask(new URL(url, server), { agent, method, headers }, (answer) => {
      const { connection: _, 'keep-alive': __, ...kept } = answer.headers
      response.writeHead(answer.statusCode!, kept)
      answer.pipe(response)
    })
    upstream.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') return pass(request, response, body, tries - 1)
      response.writeHead(502).end(error.code)
    })
    upstream.end(body)
  }

  const balancer = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.once('end', () => pass(request, response, Buffer.concat(pieces), servers.length))
  }).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  return {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    async stop() {
      clearInterval(timer)
      agent.destroy()
      balancer.closeAllConnections()
      await new Promise((resolve) => balancer.close(resolve))
    },
  }
}
