import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { applySchemaMigrations } from '../../../src/database/schema/apply-migrations.ts'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { createToken } from '../../../src/ops/access/api-tokens.ts'
import { startEmbeddedChild, type EmbeddedChild } from '../../support/embedded-child.ts'
import { startServe, type ServeProcess } from '../../support/serve-process.ts'
import { silentLog } from '../../support/silent-log.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'

/** A database that can be taken away, and servers before it. */
export interface OwnDatabase {
  readonly url: string
  readonly pool: Pool
  /** Of its files. */
  readonly dataDir: string
  /** Of its postmaster. */
  pid(): number
  /** An editor's. */
  readonly token: string
  /** Where servers keep their files, by a name. */
  folder(name: string): string
  /** Starts the product on that folder; what still runs at the end is ended. */
  serve(folder: string, env?: Readonly<Record<string, string>>): Promise<ServeProcess>
  /** Ends the database: no process of it is left. */
  takeAway(): Promise<void>
  bringBack(): Promise<void>
  stop(): Promise<void>
}

/** Starts a database with the small graph. */
export async function startOwnDatabase(): Promise<OwnDatabase> {
  const root = mkdtempSync(join(tmpdir(), 'kb-away-'))
  chmodSync(root, 0o755)
  const dataDir = join(root, 'database')
  let child: EmbeddedChild | null = await startEmbeddedChild(dataDir)
  const { url } = child
  const pool = createPool(url, { log: silentLog })
  await applySchemaMigrations(pool)
  await writeSmallGraph(pool)
  const { token } = await createToken(
    { pool, actor: 'fault' },
    { name: 'fault', role: 'EDITOR', seconds: 7200 },
  )
  const started: ServeProcess[] = []
  const takeAway = async () => {
    if (child === null) return
    const { serverPid } = child
    // Whoever would start it again goes first.
    await child.kill()
    child = null
    process.kill(serverPid, 'SIGINT')
    while (isAlive(serverPid)) await pause(20)
  }
  return {
    url,
    pool,
    token,
    dataDir,
    pid: () => child!.serverPid,
    folder: (name) => join(root, name),
    async serve(folder, env = {}) {
      const product = await startServe({
        DATABASE_URL: url,
        KB_DATA_DIR: folder,
        KB_LOG_LEVEL: 'info',
        KB_SAMPLE: 'none',
        KB_CURSOR_SECRET: 'a secret of the faults',
        ...env,
      })
      started.push(product)
      return product
    },
    takeAway,
    async bringBack() {
      child ??= await startEmbeddedChild(dataDir)
      if (child.url !== url) throw new Error(`The database came back as ${child.url}, and was ${url}.`)
    },
    async stop() {
      for (const product of started) if (product.isAlive()) await product.end('SIGKILL')
      await pool.end()
      await takeAway()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
