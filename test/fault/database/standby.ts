import { chownSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { accountFor, spawnAs } from '../../../src/database/embedded/account.ts'
import { findEmbeddedBinaries } from '../../../src/database/embedded/binaries.ts'
import { programEnvironment } from '../../../src/database/embedded/cluster.ts'
import { prepareSocketFolder, socketFolder } from '../../../src/database/embedded/socket.ts'
import { pause } from './own-database.ts'

/** A server that follows another one's log, until it takes its place. */
export interface Standby {
  readonly url: string
  /** It hears of nothing more: what the primary commits from now on is lost with it. */
  lag(): Promise<void>
  /** Ends once it has all that the primary has committed. */
  catchUp(): Promise<void>
  promote(): Promise<void>
  stop(): Promise<void>
}

interface Primary {
  readonly url: string
  readonly dataDir: string
  readonly folder: (name: string) => string
}

/** Makes a standby as pg_basebackup does, which the embedded programs lack: a copy of the files while a backup is under way. */
export async function startStandby(primary: Primary): Promise<Standby> {
  const files = join(primary.dataDir, 'postgres')
  const folder = primary.folder('standby')
  const account = accountFor(files)
  const backup = new pg.Client(primary.url)
  await backup.connect()
  await backup.query(`SELECT pg_backup_start('standby', true)`)
  const left = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot'])
  cpSync(files, folder, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !left.has(path.slice(files.length + 1)) && !path.endsWith('.sock'),
  })
  const { rows } = await backup.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)')
  await backup.end()
  for (const name of ['pg_wal', 'pg_replslot']) mkdirSync(join(folder, name))
  mkdirSync(join(folder, 'pg_wal', 'archive_status'))
  writeFileSync(join(folder, 'backup_label'), rows[0]!.label)
  writeFileSync(join(folder, 'standby.signal'), '')
  const from = new URL(primary.url)
  writeFileSync(
    join(folder, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${from.searchParams.get('host')} user=${from.username}'\n`,
  )
  if (account !== null) own(folder, account)
  const socket = socketFolder(folder)
  prepareSocketFolder(socket, account)
  const binaries = findEmbeddedBinaries(primary.folder('links'))
  const program = binaries.program('postgres')
  const settings = ['listen_addresses=', `unix_socket_directories=${socket}`, 'unix_socket_permissions=0700', 'max_connections=60', 'fsync=off'] // prettier-ignore
  const child = spawnAs(account, [folder, program], program, ['-D', folder, ...settings.flatMap((one) => ['-c', one])], {
    cwd: '/',
    env: programEnvironment(binaries),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr!.on('data', (data: Buffer) => (log += data.toString()))
  const closed = once(child, 'close')
  const url = Object.assign(new URL(primary.url), { search: `?host=${encodeURIComponent(socket)}` }).href
  const ask = async (sql: string): Promise<unknown> => {
    const client = new pg.Client(url)
    try {
      await client.connect()
      return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0]
    } finally {
      await client.end()
    }
  }
  const until = async (what: string, isDone: () => Promise<boolean>) => {
    for (const started = performance.now(); !(await isDone().catch(() => false)); await pause(20))
      if (child.exitCode !== null || performance.now() - started > 30_000)
        throw new Error(`The standby ${what} within 30 s: ${log.slice(-1500)}`)
  }
  const stop = async () => {
    child.kill('SIGINT')
    await closed
    rmSync(socket, { recursive: true, force: true })
  }
  try {
    await until('does not answer', async () => (await ask('SELECT pg_is_in_recovery()')) === true)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    async lag() {
      await ask(`ALTER SYSTEM SET primary_conninfo = ''`)
      await ask('SELECT pg_reload_conf()')
      await until('does not stop to listen', async () => Number(await ask('SELECT count(*) FROM pg_stat_wal_receiver')) === 0)
    },
    async catchUp() {
      const client = new pg.Client(primary.url)
      await client.connect()
      const { rows: at } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
      await client.end()
      await until('does not catch up', async () => (await ask(`SELECT pg_last_wal_replay_lsn() >= '${at[0]!.lsn}'`)) === true)
    },
    async promote() {
      await ask('SELECT pg_promote(true)')
      await until('does not take over', async () => (await ask('SELECT pg_is_in_recovery()')) === false)
    },
    stop,
  }
} // prettier-ignore

function own(folder: string, { uid, gid }: { uid: number; gid: number }): void {
  chownSync(folder, uid, gid)
  for (const name of readdirSync(folder, { recursive: true })) chownSync(join(folder, String(name)), uid, gid)
}
