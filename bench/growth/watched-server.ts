import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../ask.ts'
import { takeStalls, type Stalls } from './stalls.ts'

/** The server in a process of its own, with a graph in memory. */
export interface WatchedServer {
  readonly url: string
  /** From the start of the process until the graph was in memory. */
  readonly startSeconds: number
  takeStalls(): Promise<Stalls>
  /** Sends SIGTERM; gives the milliseconds until the process had ended. */
  stop(): Promise<number>
}

const longestStartMs = 300_000

/** @throws Error with what the process printed, where it has no graph in memory after five minutes */
export async function startWatched(databaseUrl: string, dataDir: string): Promise<WatchedServer> {
  const started = performance.now()
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=8', join(import.meta.dirname, 'server-process.ts')],
    {
      env: {
        NODE_ENV: 'production',
        PORT: '0',
        ADMIN_PASSWORD: randomBytes(18).toString('base64'),
        DATABASE_URL: databaseUrl,
        KB_DATA_DIR: dataDir,
        KB_SNAPSHOT_MAX_MB: '4000',
        KB_LOG_LEVEL: 'warn',
      },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    },
  )
  const ended = once(child, 'exit')
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)))
  const firstLine = once(createInterface(child.stdout!), 'line').then(([line]) => String(line))
  const url = await Promise.race([
    firstLine,
    ended.then(() => null),
    sleep(longestStartMs, null, { ref: false }),
  ])
  if (url === null) {
    child.kill('SIGKILL')
    throw new Error(`The server does not start:\n${errors}`)
  }
  child.stdout!.resume()
  const request = {
    path: '/graphql',
    body: JSON.stringify({ query: '{ service { snapshot { version } } }' }),
  }
  for (;;) {
    const { data } = (await ask(url, request)) as { data: { service: { snapshot: object | null } } }
    if (data.service.snapshot !== null) break
    if (performance.now() - started > longestStartMs)
      throw new Error(`${url} has no graph in memory:\n${errors}`)
    await sleep(20)
  }
  return {
    url,
    startSeconds: (performance.now() - started) / 1000,
    async takeStalls() {
      const answered = once(child, 'message')
      child.send(takeStalls)
      const [stalls] = (await answered) as [Stalls]
      return stalls
    },
    async stop() {
      const asked = performance.now()
      child.kill('SIGTERM')
      await ended
      return performance.now() - asked
    },
  }
}
