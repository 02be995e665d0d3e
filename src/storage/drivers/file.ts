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
  /** A lock whose holder was killed is taken over after this time; 5,000 ms by default, 2,000 at least. */
  readonly staleLockMs?: number
}

/**
 * The content state in a file, its history in the folder `<path>.history` beside it, one file a version.
 *
 * A version is saved when its file of the history has its name, which only one saver can give it; the file at `path` is
 * a copy of the newest one that readers begin at. So a process may be killed at any moment, or sleep with the lock in
 * its hand until others think it dead: readers find the version before or the one after, and no saver overwrites
 * another's. The lock only makes savers queue.
 */
export function createFileDriver(path: string, options: FileDriverOptions = {}): ContentDriver {
  const history = `${path}.history`
  const pathOf = (version: number) => join(history, `${padVersion(version)}.json`)

  /** Version and place of the current state. A saver killed in between has left newer versions than the copy. */
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
    // It is saved. Where the copy fails (a full disk), readers go on from the older one.
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

/** Null if the file is not there; any other trouble is an error. */
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

/** What killed savers have left. Only under the lock, and an hour old: nobody writes that long. */
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
    // Without this a lock that others took over ends the process. Whoever saves second is told so by the file's name.
    onCompromised: () => {},
  })
  try {
    await work()
  } finally {
    await release().catch(() => {})
  }
}

/** Whatever the file system says is about a store that cannot be used, not about what was asked. */
async function guard<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StorageUnavailableError || error instanceof VersionConflictError) throw error
    const code = codeOf(error)
    if (typeof code !== 'string') throw error
    const reason = code === 'ELOCKED' ? 'another process has held its lock for too long' : code
    throw new StorageUnavailableError('file', `The file of ADMIN_FILE_PATH cannot be used: ${reason}.`, error)
  }
}

/** File and folder: messages reach clients, who are told no more of the machine. */
function describePath(path: string): string {
  return join(basename(dirname(path)), basename(path))
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
