import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

/** Another build, such as one from before a mend, by its `bin/kb.mjs`: what is found in this one must be missed by that one. */
const program = process.env['KB_TEST_PROGRAM'] ?? join(import.meta.dirname, '..', '..', 'bin', 'kb.mjs')

/** The product as a process of its own. */
export interface ServeProcess {
  readonly url: string
  readonly pid: number
  isAlive(): boolean
  /** Everything that it logged. */
  readonly log: () => string
  /** Sends a signal and waits for the end; gives the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `kb serve` with no variables but the given ones, and waits until it listens. */
export async function startServe(env: Readonly<Record<string, string>>): Promise<ServeProcess> {
  const child = spawn(process.execPath, [program, 'serve'], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const closed = once(child, 'close') as Promise<[number | null]>
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => {
      log += data.toString()
      const found = /(http:\/\/[^\s/"]+)/.exec(log)?.[1]
      if (found !== undefined) resolve(found)
    })
    void closed.then(([code]) => reject(new Error(`kb serve ended with ${code}: ${log}`)))
  })
  return {
    url,
    pid: child.pid!,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    log: () => log,
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      return (await closed)[0]
    },
  }
}

/** A port that nobody listens on now. */
export async function findFreePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return String(port)
}
