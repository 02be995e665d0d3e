import type { ChildProcess } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { spawnAs, type Account } from './account.ts'
import type { EmbeddedBinaries } from './binaries.ts'
import { SettingsError } from '../../errors.ts'

export const programEnvironment = (binaries: EmbeddedBinaries): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin', // initdb starts a shell
  LC_ALL: 'C',
  TZ: 'UTC',
  HOME: '/',
  ...binaries.environment,
})

/**
 * Creates the cluster if there is none. It is built in a temporary folder and renamed, so a crash leaves
 * nothing half-done and concurrent processes end up with one cluster.
 * @param isDurable false for test clusters, which need not survive a power cut
 * @throws {SettingsError} when it cannot be created, or the folder holds something else, or another major
 * version's cluster
 */
export async function ensureCluster(
  clusterFolder: string,
  binaries: EmbeddedBinaries,
  account: Account | null,
  isDurable = true,
): Promise<void> {
  if (hasCluster(clusterFolder)) return requireSameVersion(clusterFolder, binaries.majorVersion)
  if (existsSync(clusterFolder) && readdirSync(clusterFolder).length > 0) {
    throw new SettingsError([
      `${clusterFolder} holds files but no database. Empty it, or choose another KB_DATA_DIR.`,
    ])
  }
  removeAbandoned(clusterFolder)
  const aside = `${clusterFolder}.new-${process.pid}`
  mkdirSync(aside, { mode: 0o700 })
  if (account !== null) chownSync(aside, account.uid, account.gid)
  chmodSync(aside, 0o700)
  try {
    await initialise(aside, binaries, account, isDurable)
    renameSync(aside, clusterFolder)
  } catch (error) {
    if (!hasCluster(clusterFolder)) throw error // else another process was faster
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

export function hasCluster(folder: string): boolean {
  return existsSync(join(folder, 'PG_VERSION'))
}

function requireSameVersion(folder: string, installed: number): void {
  const version = Number.parseInt(readFileSync(join(folder, 'PG_VERSION'), 'utf8'), 10)
  if (version === installed) return
  throw new SettingsError([
    `${folder} was made by PostgreSQL ${version}, and PostgreSQL ${installed} is installed. ` +
      'Install the former release of this program to export the data, or choose another KB_DATA_DIR.',
  ])
}

function removeAbandoned(clusterFolder: string): void {
  for (const name of readdirSync(dirname(clusterFolder))) {
    const pid = name.startsWith(`${basename(clusterFolder)}.new-`) ? Number(name.split('-').at(-1)) : 0
    if (pid > 0 && !isAlive(pid)) rmSync(join(dirname(clusterFolder), name), { recursive: true, force: true })
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function initialise(
  folder: string,
  binaries: EmbeddedBinaries,
  account: Account | null,
  isDurable: boolean,
): Promise<void> {
  const args = [
    ...['-D', folder, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--data-checksums'],
    // The built-in provider handles Unicode (lower, ILIKE) and does not depend on the machine's libraries.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...['-c', 'dynamic_shared_memory_type=mmap'], // a container's /dev/shm can be too small
    ...(isDurable ? [] : ['--no-sync']),
  ]
  const child = spawnAs(account, [folder, binaries.program('initdb')], binaries.program('initdb'), args, {
    cwd: '/',
    env: programEnvironment(binaries),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = await outputOf(child)
  if (output.code === 0) return
  throw new SettingsError([
    `KB_DATA_DIR ${dirname(folder)} cannot hold a new database: ${complaintOf(output)}. Mend that, or name a folder elsewhere.`,
  ])
}

function complaintOf({ code, text }: { code: number | string; text: string }): string {
  const lines = text.split('\n').map((line) => line.trim())
  const complaint = lines.find((line) => /\b(error|FATAL|PANIC):/.test(line)) ?? lines.findLast(Boolean)
  return complaint?.replace(/^.*?\b(error|FATAL|PANIC):\s*/, '') ?? `initdb ended with ${code}`
}

function outputOf(child: ChildProcess): Promise<{ code: number | string; text: string }> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (chunk) => (text += chunk))
    child.stderr?.on('data', (chunk) => (text += chunk))
    child.on('error', (error) => resolve({ code: 'not started', text: error.message }))
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', text }))
  })
}
