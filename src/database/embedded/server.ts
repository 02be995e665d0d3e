import { chmodSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseLog } from '../connection/database-log.ts'
import { accountFor } from './account.ts'
import { findEmbeddedBinaries } from './binaries.ts'
import { hasOtherClients, type Keeper } from './clients.ts'
import { prepareDataFolder, requireRoomForDatabase } from '../../storage/data-folder.ts'
import { ensureCluster, hasCluster, isAlive } from './cluster.ts'
import { openOrLaunch, type Cluster } from './launch.ts'
import { readPostmaster, removeSocketFolder, socketFolder } from './socket.ts'

export interface EmbeddedServer {
  url(database: string): string
  /** It was already running: another process uses it, or a killed one left it behind. */
  isAdopted: boolean
  pid(): number
  /** Stops the server unless another process is connected. Close this process's pools first. */
  stop(): Promise<'stopped' | 'left running'>
}

export interface EmbeddedServerOptions {
  /** KB_DATA_DIR; the cluster is in its `postgres` folder. */
  dataDir: string
  log: DatabaseLog
  flags?: string[]
}

/**
 * Starts or adopts a data folder's embedded PostgreSQL. A dedicated connection stays open: it marks the
 * server as in use, and detects at once when the server dies, which is then restarted.
 * @throws {SettingsError} where this machine has no embedded PostgreSQL, or the folder is unusable
 * @throws {DatabaseSetupError} with the end of the server log when it does not start
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const cluster = await prepareCluster(options)
  const started = await openOrLaunch(cluster, socketFolder(cluster.folder))
  const socket = started.socket
  let keeper = started.client
  let launch: ReturnType<typeof openOrLaunch> | undefined
  let stopping: Promise<'stopped' | 'left running'> | undefined

  const watch = (client: Keeper) => {
    client.unref() // a command that ends without stop() must not hang on this connection
    client.once('end', () => void revive())
  }
  const revive = async () => {
    for (let delay = 1000; stopping === undefined; delay = Math.min(delay * 2, 30_000)) {
      options.log.warn('The embedded PostgreSQL has ended unexpectedly; starting it again.')
      try {
        launch = openOrLaunch(cluster, socket)
        keeper = (await launch).client
        return watch(keeper)
      } catch (error) {
        options.log.warn(`It did not start: ${(error as Error).message}`)
        await sleep(delay, undefined, { ref: false })
      }
    }
  }
  watch(keeper)

  const shutDown = async (): Promise<'stopped' | 'left running'> => {
    await launch?.catch(() => {}) // or a server that is about to come up again would outlive this
    keeper.removeAllListeners('end')
    keeper.ref()
    await keeper.end().catch(() => {})
    const postmaster = readPostmaster(cluster.folder)
    if (postmaster === null) return 'stopped'
    if (await hasOtherClients(postmaster.socketFolder)) return 'left running'
    if (isAlive(postmaster.pid)) process.kill(postmaster.pid, 'SIGINT') // a fast shutdown
    const isServing = () => readPostmaster(cluster.folder)?.pid === postmaster.pid && isAlive(postmaster.pid)
    for (let waited = 0; waited < 15_000 && isServing(); waited += 10) await sleep(10)
    // The pid file disappears just before the process. The wait is bounded, since a container without init
    // never reaps zombies.
    for (let waited = 0; waited < 500 && isAlive(postmaster.pid); waited += 10) await sleep(10)
    removeSocketFolder(socket)
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
  const { isNew, discard } = prepareDataFolder(dataDir)
  try {
    const folder = realpathSync(dataDir)
    if (isNew && process.getuid?.() === 0) chmodSync(folder, 0o755) // whatever root's umask is: another account serves it
    const clusterFolder = join(folder, 'postgres')
    if (!hasCluster(clusterFolder)) requireRoomForDatabase(folder)
    const account = accountFor(clusterFolder)
    const binaries = findEmbeddedBinaries(join(folder, 'lib'))
    await ensureCluster(clusterFolder, binaries, account, !flags.includes('fsync=off'))
    return { folder: clusterFolder, logFile: join(folder, 'postgres.log'), account, binaries, flags }
  } catch (error) {
    discard()
    throw error
  }
}
