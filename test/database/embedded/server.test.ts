import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { accountFor, isReachable } from '../../../src/database/embedded/account.ts'
import { findEmbeddedBinaries } from '../../../src/database/embedded/binaries.ts'
import { ensureCluster, isAlive } from '../../../src/database/embedded/cluster.ts'
import { startEmbeddedDatabase } from '../../../src/database/embedded/database.ts'
import { startEmbeddedChild, type EmbeddedChild } from '../../support/embedded-child.ts'
import { silentLog } from '../../support/silent-log.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const repository = fileURLToPath(new URL('../../..', import.meta.url))

// What is tested here survives without fsync: processes are killed, the machine is not.
const quick = (dataDir: string) => ({ dataDir, log: silentLog, flags: ['fsync=off'] })

const folders: string[] = []
const children: EmbeddedChild[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    await child.kill()
    if (child.serverPid > 0 && isAlive(child.serverPid)) process.kill(child.serverPid, 'SIGKILL')
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function makeFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'kb-embedded-'))
  chmodSync(folder, mode)
  folders.push(folder)
  return join(folder, 'data')
}

async function start(dataDir: string, account?: typeof nobody): Promise<EmbeddedChild> {
  const child = await startEmbeddedChild(dataDir, account)
  children.push(child)
  return child
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function eventually<Value>(read: () => Promise<Value>): Promise<Value> {
  const deadline = Date.now() + 15_000
  for (;;) {
    try {
      return await read()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

describe('starting and stopping', () => {
  test('starts in an empty folder, keeps its rows over a stop, and leaves no process behind', async () => {
    const dataDir = makeFolder()
    const first = await startEmbeddedDatabase(quick(dataDir))
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    // The built-in locale knows the letters of Unicode, whatever the machine's own locale is.
    const folded = await query(first.url, `SELECT lower('ÅÉΣ') AS lower, 'ÉCOLE' ILIKE 'école' AS alike`)
    expect(folded).toEqual([{ lower: 'åéσ', alike: true }])
    const pid = first.pid()
    expect(await first.stop()).toBe('stopped')
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    const second = await startEmbeddedDatabase(quick(dataDir))
    expect(second.isAdopted).toBe(false)
    expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    expect(await second.stop()).toBe('stopped')
  })

  test('serves from below a folder that only its owner may enter', async () => {
    const child = await start(makeFolder(0o700))
    expect(await query(child.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(await child.stop()).toBe('stopped')
  })

  test.runIf(isRoot)('makes a cluster with programs that lie below such a folder too', async () => {
    const dataDir = makeFolder(0o700)
    const clusterFolder = join(dataDir, 'postgres')
    const { root, ...binaries } = findEmbeddedBinaries(join(dataDir, 'lib'))
    const copy = join(dataDir, 'native')
    cpSync(root, copy, { recursive: true, verbatimSymlinks: true })
    const program = (name: string) => join(copy, 'bin', name)
    await ensureCluster(clusterFolder, { ...binaries, root: copy, program }, accountFor(clusterFolder), false)
    expect(existsSync(join(clusterFolder, 'PG_VERSION'))).toBe(true)
  })

  test.runIf(isRoot && isReachable(repository, nobody))('serves an ordinary user', async () => {
    const dataDir = makeFolder()
    chownSync(join(dataDir, '..'), nobody.uid, nobody.gid)
    const child = await start(dataDir, nobody)
    expect(await query(child.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(await child.stop()).toBe('stopped')
    const asRoot = await start(dataDir) // root goes on as the owner of the files
    expect(await query(asRoot.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(await asRoot.stop()).toBe('stopped')
  })
})

describe('two processes', () => {
  test('share one server, which ends with the last of them', async () => {
    const dataDir = makeFolder()
    const [one, two] = await Promise.all([start(dataDir), start(dataDir)])
    expect(one.serverPid).toBe(two.serverPid)
    expect(await one.stop()).toBe('left running')
    expect(await query(two.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(await two.stop()).toBe('stopped')
    // An ended process counts as alive until the init process has taken note of it, which may take seconds.
    await expect.poll(() => isAlive(two.serverPid), { timeout: 10_000 }).toBe(false)
  })
})

describe('kill -9', () => {
  test('of Node leaves the server to be adopted, rows and all', async () => {
    const dataDir = makeFolder()
    const killed = await start(dataDir)
    await query(killed.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    await killed.kill()
    const next = await start(dataDir)
    expect(next.isAdopted).toBe(true)
    expect(await query(next.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    expect(await next.stop()).toBe('stopped')
  })

  test('of Node and the server loses nothing that was committed', async () => {
    const dataDir = makeFolder()
    const killed = await start(dataDir)
    await query(killed.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    await killed.kill()
    process.kill(killed.serverPid, 'SIGKILL')
    const next = await start(dataDir)
    expect(next.isAdopted).toBe(false)
    expect(await query(next.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    expect(await next.stop()).toBe('stopped')
  })

  test('of the server alone: it is started again, and the same pool goes on', async () => {
    const warnings: string[] = []
    const log = { info: () => {}, warn: (message: string) => void warnings.push(message) }
    const embedded = await startEmbeddedDatabase({ ...quick(makeFolder()), log })
    const pool = createPool(embedded.url, { log })
    await pool.query('CREATE TABLE kept AS SELECT 1 AS one')
    const pid = embedded.pid()
    process.kill(pid, 'SIGKILL')
    const rows = await eventually(async () => {
      expect(embedded.pid()).not.toBe(pid) // a session of the killed server answers for a moment still
      return (await pool.query('SELECT one FROM kept')).rows as unknown[]
    })
    expect(rows).toEqual([{ one: 1 }])
    expect(warnings.join('\n')).toContain('starting it again')
    await pool.end()
    expect(await embedded.stop()).toBe('stopped')
  })
})

test.runIf(process.platform === 'linux')(
  'a killed server whose number another program has now is no hindrance',
  async () => {
    const dataDir = makeFolder()
    const folder = join(dataDir, 'postgres')
    await (await startEmbeddedDatabase(quick(dataDir))).stop()
    // As the same account, for PostgreSQL itself sees through the others.
    const stranger = spawn('sleep', ['60'], { ...accountFor(folder), stdio: 'ignore' })
    writeFileSync(join(folder, 'postmaster.pid'), `${stranger.pid}\n${folder}\n1\n5432\n/tmp\n\n`)
    const embedded = await startEmbeddedDatabase(quick(dataDir))
    expect(await query(embedded.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(await embedded.stop()).toBe('stopped')
    expect(stranger.kill()).toBe(true)
  },
)

describe('a folder that is no database of ours', () => {
  test('is named, and left as it is', async () => {
    const dataDir = makeFolder()
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })
    writeFileSync(join(dataDir, 'postgres', 'letter.txt'), 'dear')
    await expect(startEmbeddedDatabase(quick(dataDir))).rejects.toThrow(
      /postgres holds files but no database.*KB_DATA_DIR/,
    )
    expect(existsSync(join(dataDir, 'postgres', 'letter.txt'))).toBe(true)
  })

  test('of another major version is named with both versions', async () => {
    const dataDir = makeFolder()
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '12\n')
    await expect(startEmbeddedDatabase(quick(dataDir))).rejects.toThrow(
      /made by PostgreSQL 12, and PostgreSQL \d+ is installed/,
    )
  })

  test('a server that cannot start says why', async () => {
    const dataDir = makeFolder()
    await (await startEmbeddedDatabase(quick(dataDir))).stop()
    const options = { ...quick(dataDir), flags: ['max_connections=nonsense'] }
    await expect(startEmbeddedDatabase(options)).rejects.toThrow(/does not start.*max_connections/s)
  })
})
