import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSettings } from '../../src/config.ts'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { SettingsError } from '../../src/errors.ts'
import { StorageUnavailableError } from '../../src/storage/content-driver.ts'
import { createBlobDriver } from '../../src/storage/drivers/blob.ts'
import { createFallbackDriver, type Degradation } from '../../src/storage/drivers/fallback.ts'
import { createFileDriver } from '../../src/storage/drivers/file.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { reportDegradation } from '../../src/storage/report-degradation.ts'
import { storageStatus } from '../../src/storage/storage-status.ts'
import { startBlobServer, type BlobServer } from '../support/blob-server.ts'
import { silentLog } from '../support/silent-log.ts'
import { makeVersion } from './driver-contract.ts'

let server: BlobServer
let folder: string
beforeEach(async () => {
  server = await startBlobServer()
  folder = await mkdtemp(join(tmpdir(), 'kb-fallback-'))
})
afterEach(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const openBlob = () => createBlobDriver({ token: server.token, prefix: 'admin/' })
const openFile = () => createFileDriver(join(folder, 'content.json'))
const page = { limit: 99, order: 'oldest-first' } as const

describe('a fallback', () => {
  test('serves reads but no writes while the primary is down, and reports that once', async () => {
    const changes: Degradation[] = []
    const pair = createFallbackDriver(openBlob(), openFile(), (change) => changes.push(change))
    const first = makeVersion(1, { a: 1 })
    expect(await pair.append(first, 0)).toEqual(['blob', 'file'])
    server.faults.outage = 'cut'
    expect(await pair.read()).toEqual(first)
    expect(await pair.readVersion(1)).toEqual(first)
    expect(await pair.listVersions(page)).toHaveLength(1)
    expect(await pair.countVersions()).toBe(1)
    expect(pair.status().primary).toContain('The Blob store cannot be used')
    await expect(pair.append(makeVersion(2, {}), 1)).rejects.toThrow(StorageUnavailableError)
    expect(await openFile().countVersions()).toBe(1)
    server.faults.outage = null
    expect(await pair.readHead()).toMatchObject({ version: 1 })
    expect(pair.status()).toEqual({ primary: null, mirror: null })
    expect(changes.map(({ primary }) => primary === null)).toEqual([false, true])
    const told: string[] = []
    const log = { info: (text: string) => told.push(text), warn: (text: string) => told.push(text) }
    changes.forEach(reportDegradation(log as never))
    expect(told).toEqual([
      expect.stringMatching(/saves are refused: The Blob store/),
      expect.stringContaining('again'),
    ])
  })

  test('that is empty does not stand in for the primary', async () => {
    await openBlob().append(makeVersion(1, { a: 1 }), 0)
    server.faults.outage = 503
    const pair = createFallbackDriver(openBlob(), openFile())
    for (const ask of [
      pair.read(),
      pair.readHead(),
      pair.readVersion(1),
      pair.countVersions(),
      pair.listVersions(page),
    ])
      await expect(ask).rejects.toMatchObject({ name: 'StorageUnavailableError', backend: 'blob' })
  })

  test('that is down does not block a save, and catches up in order', async () => {
    const pair = createFallbackDriver(openFile(), openBlob())
    server.faults.outage = 'cut'
    expect(await pair.append(makeVersion(1, { a: 1 }), 0)).toEqual(['file'])
    expect(await pair.append(makeVersion(2, { a: 2 }), 1)).toEqual(['file'])
    expect(pair.status().mirror).toContain('The Blob store cannot be used')
    await expect(pair.catchUp()).rejects.toThrow(StorageUnavailableError)
    server.faults.outage = null
    expect(await pair.append(makeVersion(3, { a: 3 }), 2)).toEqual(['file', 'blob'])
    expect(pair.status().mirror).toBeNull()
    expect(await openBlob().listVersions(page)).toEqual(await openFile().listVersions(page))
    await openFile().append(makeVersion(4, { a: 4 }), 3)
    expect(await pair.catchUp()).toBe(1)
    expect(await openBlob().read()).toEqual(await openFile().read())
  })

  test('that is new receives a long history in parts with each save, or at once on request', async () => {
    for (let version = 1; version <= 30; version++)
      await openFile().append(makeVersion(version, { version }), version - 1)
    const pair = createFallbackDriver(openFile(), openBlob())
    expect(await pair.append(makeVersion(31, { version: 31 }), 30)).toEqual(['file'])
    expect(pair.status().mirror).toContain('still lacks 11 versions')
    expect(await openBlob().countVersions()).toBe(20)
    expect(await pair.catchUp()).toBe(11)
    expect(pair.status().mirror).toBeNull()
    expect(await openBlob().listVersions(page)).toEqual(await openFile().listVersions(page))
  })

  test('that has diverged is reported and left alone', async () => {
    await openFile().append(makeVersion(1, { a: 'file' }), 0)
    const other = makeVersion(1, { a: 'blob' })
    await openBlob().append(other, 0)
    const pair = createFallbackDriver(openFile(), openBlob())
    await expect(pair.catchUp()).rejects.toThrow('has a version 1 that file lacks')
    expect(await pair.append(makeVersion(2, { a: 2 }), 1)).toEqual(['file'])
    expect(pair.status().mirror).toContain('kb parity')
    expect(await openBlob().read()).toEqual(other)
  })

  test('is brought up to date by two concurrent processes', async () => {
    for (let version = 1; version <= 6; version++)
      await openFile().append(makeVersion(version, { version }), version - 1)
    const pairs = [1, 2, 3].map(() => createFallbackDriver(openFile(), openBlob()))
    await Promise.all(pairs.map((pair) => pair.catchUp()))
    expect(await openBlob().listVersions(page)).toEqual(await openFile().listVersions(page))
  })
})

describe('the configured storage', () => {
  const url = 'postgresql://kb:kb@127.0.0.1:1/kb'
  const pool = createPool(url, { log: silentLog })
  const all = () => ({ BLOB_READ_WRITE_TOKEN: server.token, ADMIN_FILE_PATH: join(folder, 'content.json') })
  const open = (env: Record<string, string>, withPool = true) =>
    openStorage(loadSettings(env), withPool ? pool : null)

  test('falls back as documented in the decision', () => {
    const { ADMIN_FILE_PATH, BLOB_READ_WRITE_TOKEN } = all()
    expect(open({ DATABASE_URL: url, ...all() }).order).toEqual(['neon', 'blob'])
    expect(open({ DATABASE_URL: url, ADMIN_FILE_PATH }).order).toEqual(['neon', 'file'])
    expect(open({ DATABASE_URL: url }).order).toEqual(['neon'])
    // The embedded database.
    expect(open({ BLOB_READ_WRITE_TOKEN }).order).toEqual(['neon'])
    expect(open({ ADMIN_STORAGE_BACKEND: 'blob', BLOB_READ_WRITE_TOKEN }).order).toEqual(['blob'])
    expect(open({ ADMIN_STORAGE_BACKEND: 'blob', ...all() }).order).toEqual(['blob', 'file'])
    expect(open({ ADMIN_STORAGE_BACKEND: 'file', ...all() }).order).toEqual(['file'])
  })

  test('names the variable that a backend lacks', () => {
    const storage = open({ DATABASE_URL: url })
    expect(() => storage.driverOf('blob')).toThrow(SettingsError)
    expect(() => storage.driverOf('blob')).toThrow('BLOB_READ_WRITE_TOKEN')
    expect(() => storage.driverOf('file')).toThrow('ADMIN_FILE_PATH')
    expect(() => open({ ADMIN_STORAGE_BACKEND: 'file', ...all() }, false).driverOf('neon')).toThrow(
      'DATABASE_URL',
    )
  })

  test('reports the status of each backend, including an outage', async () => {
    const storage = open({ ADMIN_STORAGE_BACKEND: 'blob', DATABASE_URL: url, ...all() })
    const version = makeVersion(1, { a: 1 })
    await storage.driver.append(version, 0)
    const now = () => new Date('2026-11-22T20:00:00Z')
    const status = await storageStatus(storage, now)
    expect(status).toMatchObject({ active: 'blob', order: ['blob', 'file'], isDegraded: false })
    expect(status.backends).toEqual([
      {
        kind: 'neon',
        configured: true,
        healthy: false,
        latencyMs: null,
        lastError: expect.stringContaining('The database is unreachable'),
        contentVersion: null,
        hash: null,
        checkedAt: '2026-11-22T20:00:00.000000Z',
      },
      expect.objectContaining({ kind: 'blob', healthy: true, contentVersion: 1, hash: version.hash }),
      expect.objectContaining({
        kind: 'file',
        healthy: true,
        contentVersion: 1,
        latencyMs: expect.any(Number),
      }),
    ])
    await storage.driverOf('blob').append(makeVersion(2, { a: 2 }), 1)
    expect(await storageStatus(storage, now)).toMatchObject({ isDegraded: true })
    expect(await storageStatus(open({ DATABASE_URL: url }), now)).toMatchObject({
      isDegraded: true,
      backends: [{ healthy: false }, { configured: false, healthy: false }, { configured: false }],
    })
  })
})
