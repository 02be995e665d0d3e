import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../domain/json/canonical-json.ts'
import { sha256Hex } from '../../domain/hash.ts'
import { createBlobStore, type BlobStoreOptions, type CurrentBlob } from '../blob-store.ts'
import {
  StorageUnavailableError,
  VersionConflictError,
  type ContentDriver,
  type ContentVersion,
  type ContentVersionHead,
} from '../content-driver.ts'
import {
  checkState,
  headSchema,
  padVersion,
  readDocument,
  readFields,
  versionsOfPage,
} from '../version-document.ts'

export interface BlobDriverOptions extends BlobStoreOptions {
  readonly prefix: string
}

/** The preceding record: separates the history from what killed or beaten savers left. */
const recordSchema = headSchema.extend({ id: z.string(), previous: z.string().nullable() })
const pointerSchema = z.object({ version: z.int().min(1), record: z.string() })

interface Pointer extends z.output<typeof pointerSchema> {
  readonly etag: CurrentBlob['etag']
}

/**
 * The content state in Vercel Blob. Immutable, content-addressed blobs hold states (`states/<sha256>.json`)
 * and version records (`versions/<version>-<sha256>.json`). Only the small `current.json` is replaced,
 * conditional on its ETag.
 */
export function createBlobDriver({ prefix, ...options }: BlobDriverOptions): ContentDriver {
  const store = createBlobStore(options)
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  const pointerPath = `${folder}current.json`

  async function readPointer(): Promise<Pointer | null> {
    const found = await store.readCurrent(pointerPath)
    if (found === null) return null
    const fields = readFields(
      pointerSchema,
      readDocument(found.text, 'blob', pointerPath),
      'blob',
      pointerPath,
    )
    return { ...fields, etag: found.etag }
  }

  async function readText(path: string): Promise<string> {
    const text = await store.read(path)
    if (text === null)
      throw new StorageUnavailableError(
        'blob',
        `${path} is missing from the Blob store, though the content state refers to it.`,
      )
    return text
  }

  async function readRecord(version: number, name: string): Promise<z.output<typeof recordSchema>> {
    const path = `${folder}versions/${name}`
    const text = await readText(path)
    const record = readFields(recordSchema, readDocument(text, 'blob', path), 'blob', path)
    if (name !== nameOf(version, text) || record.version !== version)
      throw new StorageUnavailableError('blob', `${path} does not match its name. It was changed or damaged.`)
    return record
  }

  async function readWhole(version: number, name: string): Promise<ContentVersion> {
    const head = toHead(await readRecord(version, name))
    const path = `${folder}states/${head.hash}.json`
    return checkState(readDocument(await readText(path), 'blob', path), head, 'blob', path)
  }

  /** Record names of the requested versions; every version up to the pointer's has one. */
  async function findRecords(pointer: Pointer, versions: readonly number[]): Promise<string[]> {
    if (versions.every((version) => version === pointer.version)) return versions.map(() => pointer.record)
    const listed = new Map<number, string[]>()
    for (const path of await store.list(`${folder}versions/`)) {
      const name = path.slice(`${folder}versions/`.length)
      const version = Number(name.split('-')[0])
      listed.set(version, [...(listed.get(version) ?? []), name])
    }
    /** If losing savers left records, the next version tells which one it was based on. */
    const find = async (version: number): Promise<string> => {
      if (version === pointer.version) return pointer.record
      const [name, ...others] = listed.get(version) ?? []
      if (name !== undefined && others.length === 0) return name
      const { previous } = await readRecord(version + 1, await find(version + 1))
      if (previous !== null) return previous
      throw new StorageUnavailableError('blob', `The history in the Blob store lacks version ${version}.`)
    }
    const found: string[] = []
    for (const version of versions) found.push(await find(version))
    return found
  }

  async function append(next: ContentVersion, expectedVersion: number): Promise<readonly ['blob']> {
    const before = await readPointer()
    if ((before?.version ?? 0) !== expectedVersion)
      throw new VersionConflictError(expectedVersion, before?.version ?? 0)
    const { state, ...head } = next
    const record = canonicalJson({ ...head, id: randomUUID(), previous: before?.record ?? null })
    const name = nameOf(next.version, record)
    const recordPath = `${folder}versions/${name}`
    await store.create(`${folder}states/${head.hash}.json`, canonicalJson(state))
    await store.create(recordPath, record)
    const pointer = canonicalJson({ version: next.version, record: name })
    let isOurs: boolean
    try {
      isOurs =
        before === null
          ? await store.create(pointerPath, pointer)
          : await store.replace(pointerPath, pointer, before.etag)
    } catch (error) {
      // The response was lost; the write may have succeeded.
      if (await isInHistory(next.version, name).catch(() => false)) return ['blob']
      throw new StorageUnavailableError(
        'blob',
        `Version ${next.version} may or may not have been saved: the Blob store did not respond. Read the content state before you save again.`,
        error,
      )
    }
    // The client may retry after a lost response and then conflict with its own write.
    if (isOurs || (await isInHistory(next.version, name))) return ['blob']
    // If this fails, `previous` still excludes the record from the history.
    await store.delete(recordPath).catch(() => {})
    throw new VersionConflictError(expectedVersion, (await readPointer())?.version ?? 0)
  }

  async function isInHistory(version: number, name: string): Promise<boolean> {
    const pointer = await readPointer()
    if (pointer === null || pointer.version < version) return false
    return (await findRecords(pointer, [version]))[0] === name
  }

  return {
    kind: 'blob',
    async read() {
      const pointer = await readPointer()
      return pointer === null ? null : readWhole(pointer.version, pointer.record)
    },
    async readHead() {
      const pointer = await readPointer()
      return pointer === null ? null : toHead(await readRecord(pointer.version, pointer.record))
    },
    append,
    async readVersion(version) {
      const pointer = await readPointer()
      if (pointer === null || version < 1 || version > pointer.version) return null
      const [name = ''] = await findRecords(pointer, [version])
      return readWhole(version, name)
    },
    async listVersions(page) {
      const pointer = await readPointer()
      if (pointer === null) return []
      const versions = versionsOfPage(pointer.version, page)
      const names = await findRecords(pointer, versions)
      const records = await mapInParallel(names, (name, index) => readRecord(versions[index]!, name))
      return records.map(toHead)
    },
    async countVersions() {
      return (await readPointer())?.version ?? 0
    },
  }
}

function nameOf(version: number, record: string): string {
  return `${padVersion(version)}-${sha256Hex(record)}.json`
}

function toHead({
  id: _id,
  previous: _previous,
  ...head
}: z.output<typeof recordSchema>): ContentVersionHead {
  return head
}

/** Eight at a time: enough to hide latency, few enough for the rate limit. */
async function mapInParallel<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < items.length; at += 8) {
    const batch = items.slice(at, at + 8)
    results.push(...(await Promise.all(batch.map((item, index) => map(item, at + index)))))
  }
  return results
}
