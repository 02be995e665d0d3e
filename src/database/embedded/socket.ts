import { createHash } from 'node:crypto'
import { chownSync, lstatSync, mkdirSync, readFileSync, rmSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { DatabaseSetupError } from '../connection/database-setup-error.ts'

/** In the temporary folder, since a socket path is limited to 103 characters. */
export function socketFolder(clusterFolder: string): string {
  const hash = createHash('sha256').update(clusterFolder).digest('hex').slice(0, 12)
  return join(tmpdir(), `kb-postgres-${hash}`)
}

/** Creates the folder for one account only; rejects one that another user planted in the shared folder. */
export function prepareSocketFolder(folder: string, account: Account | null): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
    if (account !== null) chownSync(folder, account.uid, account.gid)
    return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = lstatSync(folder)
  const owner = account?.uid ?? process.getuid?.()
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
    throw new DatabaseSetupError(
      `${folder} is needed for the database's socket, but it is not a folder that uid ${owner} alone may enter. Remove it, or set TMPDIR.`,
    )
  }
}

/** Removes the folder after the server has stopped; a folder in use again is not empty and stays. */
export function removeSocketFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // in use, or gone
  }
}

export interface Postmaster {
  pid: number
  socketFolder: string
}

export function readPostmaster(clusterFolder: string): Postmaster | null {
  let lines: string[]
  try {
    lines = readFileSync(join(clusterFolder, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return null
  }
  const [pid, , , , folder] = lines
  return folder ? { pid: Number(pid), socketFolder: folder } : null
}

/**
 * Removes a killed server's postmaster.pid if another program now has its pid, as after a container restart:
 * PostgreSQL would mistake that program for a server and refuse to start. Without /proc nothing is removed.
 */
export function removeMistakenPidFile(clusterFolder: string): void {
  const postmaster = readPostmaster(clusterFolder)
  if (postmaster === null) return
  try {
    const program = readFileSync(`/proc/${postmaster.pid}/comm`, 'utf8').trim()
    if (program !== 'postgres') rmSync(join(clusterFolder, 'postmaster.pid'), { force: true })
  } catch {
    // no such process, or no /proc
  }
}
