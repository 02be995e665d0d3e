import { accessSync, constants, mkdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SettingsError } from '../errors.ts'

/** The folder exists or could be created, but this account may not write to it. */
export class UnwritableFolderError extends SettingsError {}

/** A new cluster with the sample and its WAL; see `du` of a fresh folder. */
const newDatabaseBytes = 150_000_000

/**
 * Creates the data folder and checks that it is writable. Creates parents one by one, because Node's
 * `recursive` hangs if a file system returns ENOENT below an existing folder, as `/proc` does. `discard`
 * removes what was created.
 */
export function prepareDataFolder(dataDir: string): { readonly isNew: boolean; discard(): void } {
  const folder = resolve(dataDir)
  let firstMade: string | null = null
  const discard = () => {
    if (firstMade !== null) rmSync(firstMade, { recursive: true, force: true })
  }
  try {
    for (const missing of missingFolders(folder)) {
      mkdirSync(missing, { mode: 0o755 })
      firstMade ??= missing
    }
    if (!statSync(folder).isDirectory()) throw unusable(folder, 'is a file; use a folder')
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    discard()
    if (error instanceof SettingsError) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    const problem = unusable(folder, reasonOf(error as NodeJS.ErrnoException))
    throw ['EACCES', 'EPERM', 'EROFS'].includes(code) ? new UnwritableFolderError(problem.problems) : problem
  }
  return { isNew: firstMade !== null, discard }
}

/** Throws a SettingsError if a new embedded database would not fit. */
export function requireRoomForDatabase(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  if (free < newDatabaseBytes)
    throw unusable(
      resolve(dataDir),
      `is on a disk with ${Math.floor(free / 1e6)} MB free, and a new database needs ${newDatabaseBytes / 1e6} MB; free some space, or use another folder`,
    )
}

function missingFolders(folder: string): string[] {
  const missing: string[] = []
  for (let current = folder; !exists(current); current = dirname(current)) missing.unshift(current)
  return missing
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'is not writable by this account; change its owner, or use another folder'
    case 'EROFS':
      return 'is on a read-only file system; use another folder'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'is on a full disk; free some space, or use another folder'
    case 'ENOTDIR':
      return 'leads through a file; use a folder'
    case 'EEXIST':
      return 'is a broken link; use a folder'
    case 'ENOENT':
      return 'cannot be created; use another folder'
    case undefined:
    default:
      return `cannot be used (${message}); use another folder`
  }
}

function unusable(folder: string, why: string): SettingsError {
  return new SettingsError([`KB_DATA_DIR ${folder} ${why}.`])
}
