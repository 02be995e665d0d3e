import { chmodSync, mkdirSync, openSync, closeSync, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { accountFor, spawnAs, type Account } from './embedded-account.ts'
import { findEmbeddedBinaries, type EmbeddedBinaries } from './embedded-binaries.ts'
import { ensureCluster, isAlive, programEnvironment } from './embedded-cluster.ts'
import { prepareSocketFolder, readPostmaster, socketFolder } from './embedded-socket.ts'
import { DatabaseSetupError } from './database-setup-error.ts'

/** Where the database room tells what it does; a pino logger fits. */
export interface DatabaseLog {
  info(message: string): void
  warn(message: string): void
}

/** A running embedded PostgreSQL, kept running until `stop`. */
export interface EmbeddedServer {
  /** A URL for one of its databases, over its Unix socket. */
  url(database: string): string
  /** It was running already: another process serves itself from it, or a killed one left it behind. */
  isAdopted: boolean
  /** Process id of the server itself. */
  pid(): number
  /** Ends the server, unless another process is connected to it. Close this process's own pools first. */
  stop(): Promise<'stopped' | 'left running'>
}

export interface EmbeddedServerOptions {
  /** KB_DATA_DIR; the cluster lies in its folder `postgres`. */
  dataDir: string
  log: DatabaseLog
  /** Server settings such as `fsync=off`, for tests. */
  flags?: string[]
}

interface Cluster {
  folder: string
  logFile: string
  account: Account | null
  binaries: EmbeddedBinaries
  flags: string[]
}

/**
 * Starts the embedded PostgreSQL of a data folder, or adopts the one that is running there.
 *
 * A connection of its own stays open all the while: it tells other processes that the server is in use, and it
 * notices at once when the server dies, which is then started again.
 *
 * @throws {SettingsError} where there is no embedded PostgreSQL for this machine
 * @throws {DatabaseSetupError} when it does not start; the message carries the end of its log
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const cluster = await prepareCluster(options)
  const started = await openOrLaunch(cluster, socketFolder(cluster.folder))
  const socket = started.socket
  let keeper = started.client
  let stopping: Promise<'stopped' | 'left running'> | undefined

  const watch = (client: pg.Client) => {
    client.unref() // a command that ends without stop() must not hang on this connection
    client.once('end', () => void revive())
  }
  const revive = async () => {
    for (let delay = 1000; stopping === undefined; delay = Math.min(delay * 2, 30_000)) {
      options.log.warn('The embedded PostgreSQL has ended unexpectedly; starting it again.')
      try {
        keeper = (await openOrLaunch(cluster, socket)).client
        return watch(keeper)
      } catch (error) {
        options.log.warn(`It did not start: ${(error as Error).message}`)
        await sleep(delay, undefined, { ref: false })
      }
    }
  }
  watch(keeper)

  const shutDown = async (): Promise<'stopped' | 'left running'> => {
    keeper.removeAllListeners('end')
    keeper.ref()
    await keeper.end().catch(() => {})
    const postmaster = readPostmaster(cluster.folder)
    if (postmaster === null) return 'stopped'
    if (await hasOtherClients(postmaster.socketFolder)) return 'left running'
    if (isAlive(postmaster.pid)) process.kill(postmaster.pid, 'SIGINT') // a fast shutdown
    const isUp = () => readPostmaster(cluster.folder)?.pid === postmaster.pid && isAlive(postmaster.pid)
    for (let waited = 0; waited < 15_000 && isUp(); waited += 10) await sleep(10)
    return 'stopped'
  }
  return {
    url: (database) => `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(socket)}`,
    isAdopted: started.isAdopted,
    pid: () => readPostmaster(cluster.folder)?.pid ?? 0,
    stop: () => (stopping ??= shutDown()),
  }
}

async function prepareCluster({ dataDir, flags = [] }: EmbeddedServerOptions): Promise<Cluster> {
  const isNew = mkdirSync(resolve(dataDir), { recursive: true, mode: 0o755 }) !== undefined
  const folder = realpathSync(dataDir)
  if (isNew && process.getuid?.() === 0) chmodSync(folder, 0o755) // whatever root's umask is: another account serves it
  const clusterFolder = join(folder, 'postgres')
  const account = accountFor(clusterFolder)
  const binaries = findEmbeddedBinaries(join(folder, 'lib'))
  await ensureCluster(clusterFolder, binaries, account)
  return { folder: clusterFolder, logFile: join(folder, 'postgres.log'), account, binaries, flags }
}

/** Connects to the server of a cluster; as long as there is none, starts one. */
async function openOrLaunch(cluster: Cluster, preferredSocket: string) {
  const deadline = Date.now() + 120_000 // replaying the log of a large import takes its time
  let launched: Launch | undefined
  let failures = 0
  for (;;) {
    const socket = readPostmaster(cluster.folder)?.socketFolder ?? preferredSocket
    const client = await connectKeeper(cluster.folder, socket)
    if (client !== null) return { client, socket, isAdopted: launched === undefined }
    launched ??= launch(cluster, preferredSocket)
    if (launched.ended !== undefined) {
      // Another process may have been faster, or the sessions of a killed server still hold its memory for a moment.
      const isHeld = /already exists|still in use/.test(launched.output())
      if (++failures > (isHeld ? 150 : 2)) throw startFailure(cluster, launched)
      launched = undefined
      await sleep(200)
    } else if (Date.now() > deadline) throw startFailure(cluster, launched)
    await sleep(10)
  }
}

interface Launch {
  /** Why the process is gone; undefined while it runs. */
  ended?: string
  /** What it has logged since it was launched. */
  output(): string
}

function launch(cluster: Cluster, socket: string): Launch {
  prepareSocketFolder(socket, cluster.account)
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${socket}`,
    'unix_socket_permissions=0700',
    'max_connections=60',
    ...cluster.flags,
  ]
  const program = cluster.binaries.program('postgres')
  const log = openSync(cluster.logFile, 'a') // a file and no pipe: the server must outlive a killed Node
  const before = readFileSync(cluster.logFile, 'utf8').length
  const child = spawnAs(
    cluster.account,
    [cluster.folder, program],
    program,
    ['-D', cluster.folder, ...settings.flatMap((setting) => ['-c', setting])],
    { cwd: '/', env: programEnvironment(cluster.binaries), detached: true, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  const launched: Launch = { output: () => readFileSync(cluster.logFile, 'utf8').slice(before) }
  child.on('error', (error) => (launched.ended = error.message))
  child.on('exit', (code, signal) => (launched.ended = `exit ${code ?? signal}`))
  child.unref()
  return launched
}

function startFailure(cluster: Cluster, launched: Launch): DatabaseSetupError {
  const reason = launched.ended ?? 'it does not answer'
  return new DatabaseSetupError(
    `The embedded PostgreSQL in ${cluster.folder} does not start (${reason}). Its log ends:\n${launched.output().trim().slice(-1500)}`,
  )
}

/** A connection to the server of exactly this cluster, once it accepts any; else null. */
async function connectKeeper(clusterFolder: string, socket: string): Promise<pg.Client | null> {
  const client = createClient(socket, `knowledge-backbone keeper ${process.pid}`)
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`)
    if (rows[0]?.folder === clusterFolder) return client
  } catch {
    // not there yet, starting up, or shutting down
  }
  await client.end().catch(() => {})
  return null
}

const observer = 'knowledge-backbone observer'

/** This process's own sessions take a moment to vanish after their sockets are closed, hence the patience. */
async function hasOtherClients(socket: string): Promise<boolean> {
  const client = createClient(socket, observer)
  try {
    await client.connect()
    for (let attempt = 0; attempt < 10; attempt++) {
      const { rowCount } = await client.query(
        `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> $1`,
        [observer],
      )
      if (rowCount === 0) return false
      await sleep(30)
    }
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function createClient(socket: string, name: string): pg.Client {
  const client = new pg.Client({
    ...{ host: socket, port: 5432, user: 'postgres', database: 'postgres', password: '' },
    application_name: name,
    connectionTimeoutMillis: 2000,
  })
  client.on('error', () => {}) // a lost connection shows by 'end'
  return client
}
