import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listen on a free port of this machine alone; gives the address. */
export async function listenOnFreePort(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
