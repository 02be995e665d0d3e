import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import lockfile from 'proper-lockfile'
import {
  StorageUnavailableError,
  VersionConflictError,
  type ContentDriver,
  type ContentVersion,
} from '../content-driver.ts'
import { draftSuffix, writeDurableFile } from '../durable-file.ts'
import {
  checkState,
  headOf,
  headSchema,
  padVersion,
  readDocument,
  readFields,
  versionsOfPage,
} from '../version-document.ts'

export interface FileDriverOptions {
  /** A killed holder's lock is taken over after this time; default 5,000 ms, at least 2,000. */
  readonly staleLockMs?: number
}

/**
 * The content state in a file, with one file per version in `<path>.history`. A version is saved when its
 * history file gets its name, which only one saver can claim; `path` is a copy of the newest, where readers
 * start. So a process may be killed at any moment, or outsleep its lock: readers find the version before or
 * after, and no saver overwrites another's. The lock merely queues savers.
 */
export function createFileDriver(path: string, options: FileDriverOptions = {}): ContentDriver {
  const history = `${path}.history`
  const pathOf = (version: number) => join(history, `${padVersion(version)}.json`)

  /** Version and path of the current state; killed savers may have left newer versions than the copy. */
  async function findCurrent(): Promise<{ version: number; path: string } | null> {
    const copy = await readVersionFile(path)
    let version = copy?.version ?? 0
    while (await exists(pathOf(version + 1))) version++
    if (version === 0) return null
    return { version, path: version === copy?.version ? path : pathOf(version) }
  }

  async function readCurrent(): Promise<ContentVersion | null> {
    const current = await findCurrent()
    return current === null ? null : readVersionFile(current.path)
  }

  async function readListed(version: number): Promise<ContentVersion> {
    const found = await readVersionFile(pathOf(version))
    if (found !== null && found.version === version) return found
    throw new StorageUnavailableError(
      'file',
      `The history lacks version ${version}: ${describePath(pathOf(version))} is not there.`,
    )
  }

  async function appendLocked(next: ContentVersion, expectedVersion: number): Promise<void> {
    const current = await readCurrent()
    if ((current?.version ?? 0) !== expectedVersion)
      throw new VersionConflictError(expectedVersion, current?.version ?? 0)
    const text = `${JSON.stringify(next, null, 2)}\n`
    await removeDrafts(history)
    try {
      await writeDurableFile(pathOf(next.version), text, 'create', history)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw new VersionConflictError(expectedVersion, next.version)
      throw error
    }
    // Already saved. If the copy fails (a full disk), readers start from the older one.
    await writeDurableFile(path, text, 'replace', history).catch(() => {})
  }

  return {
    kind: 'file',
    read: () => guard(readCurrent),
    async readHead() {
      const current = await guard(readCurrent)
      return current === null ? null : headOf(current)
    },
    append: (next, expectedVersion) =>
      guard(async () => {
        await mkdir(dirname(path), { recursive: true })
        await withLock(path, options.staleLockMs ?? 5000, () => appendLocked(next, expectedVersion))
        return ['file'] as const
      }),
    readVersion: (version) =>
      guard(async () => {
        const current = await findCurrent()
        return current === null || version < 1 || version > current.version ? null : readListed(version)
      }),
    listVersions: (page) =>
      guard(async () => {
        const versions = versionsOfPage((await findCurrent())?.version ?? 0, page)
        const found = []
        for (const version of versions) found.push(headOf(await readListed(version)))
        return found
      }),
    countVersions: () => guard(async () => (await findCurrent())?.version ?? 0),
  }
}

/** Null if the file is missing; throws on any other error. */
async function readVersionFile(path: string): Promise<ContentVersion | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  const where = describePath(path)
  const document = readDocument(text, 'file', where)
  return checkState(document['state'], readFields(headSchema, document, 'file', where), 'file', where)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Removes drafts of killed savers. Only under the lock, and an hour old: no write takes that long. */
async function removeDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.endsWith(draftSuffix))) {
    const path = join(folder, name)
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now())
    if (age > 3_600_000) await rm(path, { force: true })
  }
}

async function withLock(path: string, stale: number, work: () => Promise<void>): Promise<void> {
  const release = await lockfile.lock(path, {
    realpath: false,
    stale,
    retries: { retries: 200, factor: 1.2, minTimeout: 10, maxTimeout: 150, randomize: true },
    // By default, losing the lock crashes the process. The file name already stops a second saver.
    onCompromised: () => {},
  })
  try {
    await work()
  } finally {
    await release().catch(() => {})
  }
}

/** Turns every file system error into StorageUnavailableError. */
async function guard<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StorageUnavailableError || error instanceof VersionConflictError) throw error
    const code = codeOf(error)
    if (typeof code !== 'string') throw error
    const reason = code === 'ELOCKED' ? 'timed out waiting for its lock' : code
    throw new StorageUnavailableError('file', `The file of ADMIN_FILE_PATH cannot be used: ${reason}.`, error)
  }
}

/** File and folder only: messages reach clients, who should not learn more about the machine. */
function describePath(path: string): string {
  return join(basename(dirname(path)), basename(path))
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
