import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createBlobDriver } from '../../src/storage/drivers/blob.ts'
import { createFallbackDriver } from '../../src/storage/drivers/fallback.ts'
import { createFileDriver } from '../../src/storage/drivers/file.ts'
import { createNeonDriver } from '../../src/storage/drivers/neon.ts'
import { startBlobServer, type BlobServer } from '../support/blob-server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { testContentDriver } from './driver-contract.ts'

let database: TestDatabase
let blobServer: BlobServer
let folder: string
let stores = 0

beforeAll(async () => {
  database = await createTestDatabase()
  // Pages of five, so that a history of twelve needs three; caches that are always behind.
  blobServer = await startBlobServer({ pageSize: 5 })
  blobServer.faults.staleMs = 60_000
  folder = await mkdtemp(join(tmpdir(), 'kb-drivers-'))
})
afterAll(async () => {
  await database.drop()
  await blobServer.stop()
  await rm(folder, { recursive: true, force: true })
})

testContentDriver('neon', async () => {
  await database.pool.query('TRUNCATE admin_content_state, admin_history')
  return { open: () => createNeonDriver(database.pool), writes: ['neon'] }
})

testContentDriver('file', async () => {
  const path = join(folder, String(stores++), 'content.json')
  return { open: () => createFileDriver(path), writes: ['file'] }
})

testContentDriver('blob', async () => {
  const prefix = `admin/${stores++}/`
  return { open: () => createBlobDriver({ token: blobServer.token, prefix }), writes: ['blob'] }
})

testContentDriver('fallback', async () => {
  await database.pool.query('TRUNCATE admin_content_state, admin_history')
  const options = { token: blobServer.token, prefix: `admin/${stores++}/` }
  const open = () => createFallbackDriver(createNeonDriver(database.pool), createBlobDriver(options))
  return { open, writes: ['neon', 'blob'] }
})
