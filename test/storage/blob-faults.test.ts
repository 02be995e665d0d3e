import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/domain/json/canonical-json.ts'
import { sha256Hex } from '../../src/domain/hash.ts'
import { StorageUnavailableError, type ContentDriver } from '../../src/storage/content-driver.ts'
import { createBlobDriver } from '../../src/storage/drivers/blob.ts'
import { startBlobServer, type BlobServer } from '../support/blob-server.ts'
import { makeVersion } from './driver-contract.ts'

let server: BlobServer
beforeEach(async () => {
  server = await startBlobServer()
})
afterEach(() => server.stop())

const open = (timeoutMs = 10_000, token = server.token): ContentDriver =>
  createBlobDriver({ token, prefix: 'admin/', timeoutMs })
const paths = (start: string) => [...server.blobs.keys()].filter((path) => path.startsWith(start))
const everyRead = (driver: ContentDriver) => [
  () => driver.read(),
  () => driver.readHead(),
  () => driver.readVersion(1),
  () => driver.listVersions({ limit: 10, order: 'newest-first' }),
  () => driver.countVersions(),
]

describe('the blob driver', () => {
  test.each(['cut', 500, 503] as const)('never mistakes an outage (%s) for absence', async (outage) => {
    for (const isEmpty of [true, false]) {
      if (!isEmpty) await open().append(makeVersion(1, { a: 1 }), 0)
      server.faults.outage = outage
      for (const ask of everyRead(open())) await expect(ask()).rejects.toThrow(StorageUnavailableError)
      await expect(open().append(makeVersion(2, {}), 1)).rejects.toThrow(StorageUnavailableError)
      server.faults.outage = null
      expect((await open().read())?.version ?? 0).toBe(isEmpty ? 0 : 1)
    }
  })

  test('times out if the store does not respond', async () => {
    server.faults.slowMs = 60_000
    await expect(open(100).read()).rejects.toThrow('no response within 100 ms')
  })

  test('never mistakes a wrong token for absence', async () => {
    for (const ask of everyRead(open(10_000, 'vercel_blob_rw_teststore_wrong')))
      await expect(ask()).rejects.toThrow('valid token')
  })

  test('reads the current version while caches serve a stale pointer', async () => {
    server.faults.staleMs = 60_000
    const driver = open()
    await driver.append(makeVersion(1, { a: 1 }), 0)
    await driver.append(makeVersion(2, { a: 2 }), 1)
    // What a reader gets who just fetches the address: the planted fault is there.
    const address = `${server.env.VERCEL_BLOB_API_URL.replace('/api/blob', '')}/admin/current.json`
    const cached = await fetch(address, { headers: { authorization: `Bearer ${server.token}` } })
    expect(await cached.json()).toMatchObject({ version: 1 })
    expect((await open().read())?.state).toEqual({ a: 2 })
  })

  test('waits for caches that cannot be bypassed, and gives up rather than read stale data', async () => {
    await open().append(makeVersion(1, { a: 1 }), 0)
    server.faults.cachesIgnoreQuery = true
    server.faults.staleMs = 300
    await open().append(makeVersion(2, { a: 2 }), 1)
    expect((await open().read())?.state).toEqual({ a: 2 })
    server.faults.staleMs = 60_000
    const driver = open()
    await driver.append(makeVersion(3, { a: 3 }), 2)
    await expect(driver.read()).rejects.toThrow('still serves a stale')
  })

  test.each(['states', 'versions'])(
    'reports missing or changed %s as damage, not as absence',
    async (kind) => {
      await open().append(makeVersion(1, { a: 1 }), 0)
      const [path] = paths(`admin/${kind}/`)
      const blob = server.blobs.get(path!)!
      const text = blob.body.toString()
      const asks = kind === 'states' ? everyRead(open()).slice(0, 1) : everyRead(open()).slice(0, 4)
      for (const [damage, reason] of [
        [text.replace('1', '2'), /its hash differs|does not match its name|not a UTC timestamp/],
        [text.slice(0, -1), 'cannot be read'],
        ['', 'cannot be read'],
      ] as const) {
        server.damage(path!, damage)
        for (const ask of asks) await expect(ask()).rejects.toThrow(reason)
      }
      server.blobs.delete(path!)
      for (const ask of asks) await expect(ask()).rejects.toThrow('is missing from the Blob store')
      await expect(open().read()).rejects.toThrow(StorageUnavailableError)
    },
  )

  test('saves once even if the responses to its writes are lost', async () => {
    await open().append(makeVersion(1, { a: 1 }), 0)
    process.env['VERCEL_BLOB_RETRIES'] = '2'
    server.faults.lostAnswers = 3
    const second = makeVersion(2, { a: 2 })
    expect(await open().append(second, 1)).toEqual(['blob'])
    expect(server.faults.lostAnswers).toBe(0)
    expect(await open().read()).toEqual(second)
    expect(await open().listVersions({ limit: 9, order: 'oldest-first' })).toHaveLength(2)
  })

  test('reports an unknown outcome if the last response is lost', async () => {
    await open().append(makeVersion(1, { a: 1 }), 0)
    server.faults.lostAnswers = 1000
    await expect(open().append(makeVersion(2, { a: 2 }), 1)).rejects.toThrow(StorageUnavailableError)
    server.faults.lostAnswers = 0
    // Whatever came through, the store is at one version or the other, whole.
    const current = await open().read()
    expect(await open().countVersions()).toBe(current?.version)
  })

  test('ignores what killed or beaten savers left behind', async () => {
    for (let version = 1; version <= 3; version++)
      await open().append(makeVersion(version, { version }), version - 1)
    const before = await open().listVersions({ limit: 9, order: 'oldest-first' })
    for (const version of [1, 2, 3, 4]) {
      const record = canonicalJson({ ...before[0], version, note: 'never saved', id: 'x', previous: null })
      const path = `admin/versions/${String(version).padStart(10, '0')}-${sha256Hex(record)}.json`
      server.blobs.set(path, { ...server.blobs.get('admin/current.json')!, body: Buffer.from(record) })
    }
    expect(await open().listVersions({ limit: 9, order: 'oldest-first' })).toEqual(before)
    expect((await open().readVersion(2))?.note).toBeNull()
    expect(await open().readVersion(4)).toBeNull()
    await open().append(makeVersion(4, { version: 4 }), 3)
    expect((await open().readVersion(3))?.note).toBeNull()
    expect(paths('admin/versions/')).toHaveLength(8)
  })

  test('leaves nothing behind when it is beaten', async () => {
    await open().append(makeVersion(1, { a: 1 }), 0)
    await Promise.allSettled([1, 2, 3, 4].map((by) => open().append(makeVersion(2, { by }), 1)))
    expect(paths('admin/versions/')).toHaveLength(2)
  })

  test('writes to a public store', async () => {
    const open = await startBlobServer({ access: 'public' })
    const driver = createBlobDriver({ token: open.token, prefix: 'admin' })
    await driver.append(makeVersion(1, { a: 1 }), 0)
    await driver.append(makeVersion(2, { a: 2 }), 1)
    expect((await driver.read())?.state).toEqual({ a: 2 })
    expect([...open.blobs.keys()].every((path) => path.startsWith('admin/'))).toBe(true)
    await open.stop()
  })
})
