import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashJson } from '../../src/domain/hash.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json/value.ts'
import { createBackup } from '../../src/ops/backup/create.ts'
import { restoreBackup } from '../../src/ops/backup/restore-backup.ts'
import { createBlobDriver } from '../../src/storage/drivers/blob.ts'
import { createFileDriver } from '../../src/storage/drivers/file.ts'
import { createNeonDriver } from '../../src/storage/drivers/neon.ts'
import { startBlobServer, type BlobServer } from '../support/blob-server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { makeVersion } from './driver-contract.ts'

let database: TestDatabase
let restored: TestDatabase
let blobServer: BlobServer
let folder: string
beforeAll(async () => {
  database = await createTestDatabase()
  restored = await createTestDatabase()
  blobServer = await startBlobServer()
  folder = await mkdtemp(join(tmpdir(), 'kb-hash-'))
})
afterAll(async () => {
  await database.drop()
  await restored.drop()
  await blobServer.stop()
  await rm(folder, { recursive: true, force: true })
})

// Every script, combining marks, emoji, control characters; but NUL, which Postgres cannot hold.
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '',
      '\u{1F600}',
      '\uFB33',
      '\u2028',
      '\\"/',
      '\u007f\u0080',
      '\uFFFF',
      'é',
      'e\u0301',
      '1e400',
    ),
  )
  .map((given) => given.replaceAll('\0', '\u0001'))
const name = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toJSON', '1', '10', ''))
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.constantFrom(
    5e-324,
    1.7976931348623157e308,
    2 ** 53 - 1,
    -(2 ** 53),
    1e21,
    1e-7,
    -0,
    0.1 + 0.2,
    1e23,
    295147905179352830000,
  ),
)
const value = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    text,
    number,
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
})).value
const state = fc
  .array(fc.tuple(name, value), { minLength: 1, maxLength: 6 })
  .map((members): JsonObject => Object.fromEntries(members))

/** States by fifties: each is hashed by itself, but saving is what takes time. */
const statesOfVersion = 50
const versions = 20
const hashesOf = (whole: JsonObject): string[] =>
  Array.from({ length: statesOfVersion }, (_, at) => hashJson(whole[`state${at}`]))

test(`${statesOfVersion * versions} states have one hash each, from Postgres, Blob, a file and a restored backup`, async () => {
  const drivers = [
    createNeonDriver(database.pool),
    createBlobDriver({ token: blobServer.token, prefix: 'admin/' }),
    createFileDriver(join(folder, 'content.json')),
  ]
  const expected: string[][] = []
  const seen = { objects: 0, texts: new Set<string>() }
  await fc.assert(
    fc.asyncProperty(
      fc.array(state, { minLength: statesOfVersion, maxLength: statesOfVersion }),
      async (states) => {
        const whole = Object.fromEntries(states.map((one, at) => [`state${at}`, one]))
        const hashes = states.map((one) => hashJson(one))
        const next = makeVersion(expected.length + 1, whole)
        expected.push(hashes)
        for (const driver of drivers) {
          await driver.append(next, next.version - 1)
          const found = await driver.read()
          expect([driver.kind, hashesOf(found!.state), found!.hash]).toEqual([driver.kind, hashes, next.hash])
        }
        states.forEach((one) => (seen.objects += isJsonObject(one) ? 1 : 0))
        states.forEach((one) => Object.keys(one).forEach((key) => seen.texts.add(key)))
      },
    ),
    { numRuns: versions, endOnFailure: true },
  )
  expect(seen.objects).toBe(statesOfVersion * versions)
  expect(seen.texts.size).toBeGreaterThan(200)

  const backup = await createBackup(createOpsContext(database), { directory: folder })
  await restoreBackup(restored.pool, backup)
  const driver = createNeonDriver(restored.pool)
  for (const [at, hashes] of expected.entries()) {
    const found = await driver.readVersion(at + 1)
    expect(hashesOf(found!.state)).toEqual(hashes)
  }
  expect(hashesOf((await driver.read())!.state)).toEqual(expected.at(-1))

  // And it would show if one of them changed.
  await restored.pool.query(
    `UPDATE admin_content_state SET state = jsonb_set(state, '{state7,planted}', '1')`,
  )
  const changed = hashesOf((await driver.read())!.state)
  expect(changed.flatMap((hash, place) => (hash === expected.at(-1)![place] ? [] : [place]))).toEqual([7])
}, 120_000)
