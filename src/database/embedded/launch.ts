import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnAs, type Account } from './account.ts'
import type { EmbeddedBinaries } from './binaries.ts'
import { connectKeeper, type Keeper } from './clients.ts'
import { programEnvironment } from './cluster.ts'
import { prepareSocketFolder, readPostmaster, removeMistakenPidFile, removeSocketFolder } from './socket.ts'
import { DatabaseSetupError } from '../connection/database-setup-error.ts'

export interface Cluster {
  folder: string
  logFile: string
  account: Account | null
  binaries: EmbeddedBinaries
  flags: string[]
}

interface Connected {
  client: Keeper
  socket: string
  isAdopted: boolean
}

/** Connects to a cluster's server, starting it if necessary; errors quote the end of its log. */
export async function openOrLaunch(cluster: Cluster, preferredSocket: string): Promise<Connected> {
  const deadline = Date.now() + 120_000 // replaying the log of a large import takes its time
  let launched: Launch | undefined
  let failures = 0
  for (;;) {
    const socket = readPostmaster(cluster.folder)?.socketFolder ?? preferredSocket
    const client = await connectKeeper(cluster.folder, socket)
    if (client !== null) return { client, socket, isAdopted: launched === undefined }
    launched ??= launch(cluster, preferredSocket)
    if (launched.ended !== undefined) {
      // Another process was faster, or a killed server's sessions still hold its memory.
      const isHeld = /already exists|still in use/.test(launched.output())
      if (++failures > (isHeld ? 150 : 2)) throw startFailure(cluster, launched)
      if (isHeld) removeMistakenPidFile(cluster.folder)
      launched = undefined
      await sleep(200)
    } else if (Date.now() > deadline) throw startFailure(cluster, launched)
    await sleep(10)
  }
}

interface Launch {
  socket: string
  ended?: string
  output(): string
}

function launch(cluster: Cluster, socket: string): Launch {
  prepareSocketFolder(socket, cluster.account)
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${socket}`,
    'unix_socket_permissions=0700',
    'max_connections=60',
    // The data is on an SSD or in memory; the spinning-disk default makes lists by kind and tag three times
    // slower.
    'random_page_cost=1.1',
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
  const launched: Launch = { socket, output: () => readFileSync(cluster.logFile, 'utf8').slice(before) }
  child.on('error', (error) => (launched.ended = error.message))
  child.on('exit', (code, signal) => (launched.ended = `exit ${code ?? signal}`))
  child.unref()
  return launched
}

function startFailure(cluster: Cluster, launched: Launch): DatabaseSetupError {
  removeSocketFolder(launched.socket)
  const reason = launched.ended ?? 'it does not answer'
  return new DatabaseSetupError(
    `The embedded PostgreSQL in ${cluster.folder} does not start (${reason}). Its log ends:\n${launched.output().trim().slice(-1500)}`,
  )
}
