import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { manifestName, readManifest, type BackupManifest } from './manifest.ts'
import type { Backup } from './create.ts'
import { NotRegularError, openRegularFile } from '../../storage/regular-file.ts'
import { OperationError } from '../run/error.ts'
import type { Finding } from '../run/summary.ts'

/** Finds a backup by path or by id (its folder below `backupOutputPath`); throws `not-found` or `invalid`. */
export async function readBackup(backupOutputPath: string, idOrPath: string): Promise<Backup> {
  const isId = /^[\w-]+$/.test(idOrPath)
  const directory = isId ? join(resolve(backupOutputPath), idOrPath) : resolve(idOrPath)
  const manifest = await readManifest(directory)
  return { directory, manifest }
}

/** Lists backups, newest first. Skips unfinished ones; damaged ones carry the reason. */
export async function listBackups(
  backupOutputPath: string,
): Promise<{ readonly backups: Backup[]; readonly damaged: { directory: string; reason: string }[] }> {
  const root = resolve(backupOutputPath)
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const backups: Backup[] = []
  const damaged: { directory: string; reason: string }[] = []
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const directory = join(root, entry.name)
    try {
      backups.push({ directory, manifest: await readManifest(directory) })
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      if (error.code !== 'not-found') damaged.push({ directory, reason: error.message })
    }
  }
  backups.sort((a, b) => (a.manifest.createdAt < b.manifest.createdAt ? 1 : -1))
  return { backups, damaged }
}

export async function verifyBackupFiles(
  { directory, manifest }: Backup,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const wrong = (code: string, subject: string, message: string) =>
    findings.push({ code: `backup.${code}`, severity: 'error', subject, message })
  if (basename(directory) !== manifest.id)
    wrong(
      'renamed',
      basename(directory),
      `The folder is named ${basename(directory)}, but contains the backup ${manifest.id}.`,
    )
  const present = new Set(await readdir(directory))
  for (const { table, file } of manifest.tables) {
    if (!present.delete(file.name)) {
      wrong('file-missing', table, `The file ${file.name} of ${table} is missing.`)
      continue
    }
    const found = await readFileFacts(join(directory, file.name), file.byteSize, signal)
    if (found === null)
      wrong('file-irregular', table, `${file.name} is not a regular file but a link, a pipe or a device.`)
    else if (found.size !== file.byteSize)
      wrong('file-size', table, `The file ${file.name} has ${found.size} bytes instead of ${file.byteSize}.`)
    else if (found.sha256 !== file.sha256)
      wrong(
        'file-changed',
        table,
        `The file ${file.name} was changed: its SHA-256 does not match the manifest.`,
      )
  }
  present.delete(manifestName)
  for (const name of present)
    wrong('file-unexpected', name, `The file ${name} does not belong to this backup.`)
  return findings
}

/** Reads at most the expected size, and nothing if the size differs. */
async function readFileFacts(
  path: string,
  expectedSize: number,
  signal?: AbortSignal,
): Promise<{ readonly size: number; readonly sha256: string | null } | null> {
  const file = await openRegularFile(path).catch((error: unknown) => {
    if (error instanceof NotRegularError) return null
    throw error
  })
  if (file === null) return null
  try {
    const { size } = await file.stat()
    if (size !== expectedSize) return { size, sha256: null }
    const hash = createHash('sha256')
    if (size > 0)
      await pipeline(
        file.createReadStream({ highWaterMark: 1 << 20, end: size - 1, autoClose: false }),
        hash,
        signal === undefined ? {} : { signal },
      )
    return { size, sha256: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

export function byteSizeOf({ tables }: BackupManifest): number {
  return tables.reduce((sum, { file }) => sum + file.byteSize, 0)
}
