import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { createToken } from '../../../src/ops/access/api-tokens.ts'
import { startOwnServer, type OwnServer } from '../../support/own-server.ts'
import { startServe, type ServeProcess } from '../../support/serve-process.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'

/** What a fault is tried on: a database of its own with the small graph, and the product before it. */
export interface Bench {
  readonly server: OwnServer
  readonly url: string
  readonly pool: Pool
  /** An editor's. */
  readonly token: string
  /** Starts the product; what is still running at the end is ended. */
  serve(env?: Readonly<Record<string, string>>): Promise<ServeProcess>
}

/** What came of one fault. */
export interface Outcome {
  /** What is wrong; empty if all is well. */
  readonly problems: readonly string[]
  readonly said: string
}
export interface Fault {
  readonly name: string
  run(bench: Bench): Promise<Outcome>
  /** The same fault on what one would write without thinking of it: it must go wrong, or the fault proves nothing. */
  naive?(bench: Bench): Promise<Outcome>
}

let databases = 0

/** Runs work on a bench of its own, and leaves nothing behind. */
export async function withBench<Result>(work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const server = await startOwnServer(['max_connections=200'])
  const folder = mkdtempSync(join(tmpdir(), 'kb-fault-'))
  const started: ServeProcess[] = []
  try {
    const { url, pool } = await server.createDatabase(`fault_${++databases}`)
    pool.on('error', () => undefined)
    await writeSmallGraph(pool)
    const name = { name: 'fault', role: 'EDITOR', seconds: 3600 } as const
    const { token } = await createToken({ pool, actor: 'fault' }, name)
    const serve = async (env = {}) => {
      const own = {
        DATABASE_URL: url,
        KB_DATA_DIR: folder,
        KB_LOG_LEVEL: 'info',
        KB_SAMPLE: 'none',
        KB_CURSOR_SECRET: 'a secret of the faults',
        // The way through the database is what these faults are of; `npm run fault:database` is about the graph in memory.
        KB_SNAPSHOT_MAX_MB: '0',
      }
      const process = await startServe({ ...own, ...env })
      started.push(process)
      return process
    }
    return await work({ server, url, pool, token, serve })
  } finally {
    for (const process of started) if (process.isAlive()) await process.end('SIGKILL')
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Asked {
  readonly status: number
  readonly retryAfter: string | null
  readonly seconds: number
  readonly body: { data?: Record<string, unknown> | null; errors?: { extensions: { code: string } }[] }
}

/** Asks one operation; a connection that breaks is status 0. */
export async function ask(
  url: string,
  query: string,
  variables: object = {},
  token?: string,
): Promise<Asked> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    })
    const body = (await response.json()) as Asked['body']
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      seconds: seconds(),
      body,
    }
  } catch {
    return { status: 0, retryAfter: null, seconds: seconds(), body: {} }
  }
}

export async function readiness(url: string): Promise<number> {
  return fetch(`${url}/readyz`).then(
    ({ status }) => status,
    () => 0,
  )
}

/** Waits until something is so. @returns the seconds it took; null if it never was */
export async function until(check: () => Promise<boolean>, withinSeconds: number): Promise<number | null> {
  const started = performance.now()
  for (;;) {
    if (await check()) return (performance.now() - started) / 1000
    if (performance.now() - started > withinSeconds * 1000) return null
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
