import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  hasLedger,
  hashLedgerEntry,
  readLedger,
  type LedgerEntry,
} from '../../src/database/operations/ledger.ts'
import { sha256Hex } from '../../src/domain/hash.ts'
import { checkLedger } from '../../src/ops/migrations/check-ledger.ts'
import { listMigrations } from '../../src/ops/migrations/list-migrations.ts'
import { runMigration } from '../../src/ops/migrations/run-migration.ts'
import { chainFaults } from '../../src/ops/migrations/verify-ledger.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createMigrationFolder, type MigrationFolder } from '../support/migration-folder.ts'
import { createOpsContext } from '../support/ops-context.ts'

/** A ledger as the runner would have written it. */
function createChain(length: number): LedgerEntry[] {
  const ledger: LedgerEntry[] = []
  for (let id = 1; id <= length; id++) {
    const content = {
      id: String(id),
      name: `m${id % 3}`,
      mode: id % 2 === 0 ? ('APPLY' as const) : ('DRY_RUN' as const),
      status: 'SUCCEEDED' as const,
      checksum: sha256Hex('file'),
      payloadHash: null,
      planHash: sha256Hex(String(id)),
      resultHash: null,
      counts: { kb_entities: { inserted: id, updated: 0, deleted: 0, unchanged: 0 } },
      actor: 'cli:ada',
      reason: null,
      gitCommit: null,
      startedAt: '2026-11-22T20:00:00.000000Z',
      finishedAt: '2026-11-22T20:00:00.000001Z',
      previousHash: ledger.at(-1)?.hash ?? null,
      runId: null,
    }
    ledger.push({ ...content, hash: hashLedgerEntry({ ...content, hash: '' }) })
  }
  return ledger
}
const headOf = (ledger: readonly LedgerEntry[]) => ({
  entries: ledger.length,
  hash: ledger.at(-1)?.hash ?? null,
})

describe('the chain of the ledger', () => {
  test('is intact after writing', () => {
    for (const length of [0, 1, 2, 50])
      expect(chainFaults(createChain(length), headOf(createChain(length)))).toEqual([])
  })

  const ledger = createChain(12)
  const head = headOf(ledger)
  const place = fc.nat({ max: ledger.length - 1 })
  const fields = [
    'name',
    'mode',
    'checksum',
    'planHash',
    'counts',
    'actor',
    'reason',
    'startedAt',
    'finishedAt',
    'runId',
    'previousHash',
    'hash',
  ] as const

  test('reports every edited row', () => {
    fc.assert(
      fc.property(place, fc.constantFrom(...fields), (at, field) => {
        const edited = ledger.map((entry, index) => (index === at ? { ...entry, [field]: 'x' } : entry))
        const subjects = chainFaults(edited, head).map(({ subject }) => subject)
        expect(subjects).toContain(String(at + 1))
      }),
    )
  })

  test('reports missing rows, also at the end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(place, { minLength: 1, maxLength: 12 }), (gone) => {
        const left = ledger.filter((_, at) => !gone.includes(at))
        expect(chainFaults(left, head).some(({ code }) => code === 'ledger.row-missing')).toBe(true)
      }),
    )
  })

  test('reports reordered and inserted rows, and a chain replaced by an intact one of another length', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...ledger.keys()], { minLength: 12 }), place, (order, at) => {
        const shuffled = order.map((index, position) => ({ ...ledger[index]!, id: String(position + 1) }))
        const isSame = order.every((index, position) => index === position)
        expect(chainFaults(shuffled, head).length > 0).toBe(!isSame)
        const inserted = ledger.toSpliced(at, 0, { ...ledger[at]!, id: '99' })
        expect(chainFaults(inserted, head)).not.toEqual([])
      }),
    )
    expect(chainFaults(createChain(11), head)).not.toEqual([])
    expect(chainFaults([], head)).toMatchObject([
      { code: 'ledger.row-missing' },
      { code: 'ledger.end-changed' },
    ])
    expect(chainFaults(ledger, null)).toMatchObject([{ code: 'ledger.head-missing' }])
  })
})

describe('the ledger of a database', () => {
  let database: TestDatabase
  let folder: MigrationFolder
  beforeEach(async () => {
    database = await createTestDatabase()
    folder = createMigrationFolder()
  })
  afterEach(async () => {
    folder.remove()
    await database.drop()
  })
  const name = '20260101_1_test_to_neon_domains'
  const options = () => ({ name, folder: folder.path })

  test('reads back what was written, with microseconds and the same hash', async () => {
    folder.write(name)
    for (let at = 0; at < 5; at++)
      await runMigration(createOpsContext(database), { ...options(), apply: false })
    const entries = await readLedger(database.pool)
    expect(entries.map(hashLedgerEntry)).toEqual(entries.map(({ hash }) => hash))
    expect(entries.every(({ startedAt }) => /\.\d{6}Z$/.test(startedAt))).toBe(true)
    expect((await checkLedger(database, { folder: folder.path })).check).toMatchObject({
      status: 'PASS',
      actual: { rows: 5 },
    })
  })

  test.each([
    "finished_at = 'infinity'",
    'finished_at = NULL',
    "started_at = '0044-03-15 BC'",
    `counts = '{"a": 1e400}'`,
    "actor = ''",
  ])('with %s in a row is readable but refused', async (change) => {
    folder.write(name)
    await runMigration(createOpsContext(database), { ...options(), apply: false })
    await database.pool.query(`UPDATE admin_migrations SET ${change}`)
    const summary = await runMigration(createOpsContext(database), { ...options(), apply: false })
    expect(summary).toMatchObject({ status: 'refused', findings: [{ code: 'ledger.row-edited' }, {}] })
  })

  test('reports edited and missing migration files', async () => {
    folder.write(name)
    const ctx = createOpsContext(database)
    await runMigration(ctx, { ...options(), apply: true })
    folder.write(name, { description: "'Another one.'" })
    expect((await checkLedger(ctx, { folder: folder.path })).findings).toMatchObject([
      { code: 'ledger.file-changed', subject: name },
    ])
    const summary = await runMigration(ctx, { name: 'kb-backfill', folder: folder.path, apply: false })
    expect(summary).toMatchObject({
      status: 'refused',
      findings: [{ code: 'ledger.file-changed' }, { code: 'operation.ledger-broken' }],
    })
    folder.delete(name)
    expect((await checkLedger(ctx, { folder: folder.path })).findings).toMatchObject([
      { code: 'ledger.unknown-migration', subject: name },
    ])
  })

  test('lists every migration with its state', async () => {
    const ctx = createOpsContext(database)
    const blocked = '20260102_1_test_to_neon_blocked'
    const failing = '20260103_1_test_to_neon_failing'
    folder.write(name)
    folder.write(blocked, { requires: `['${name}']` })
    folder.write(failing, { up: `async () => { throw new Error('no') }` })
    const states = async () =>
      Object.fromEntries(
        (await listMigrations(ctx, { folder: folder.path })).map((each) => [each.name, each.state]),
      )
    await runMigration(ctx, { name: failing, folder: folder.path, apply: true })
    expect(await states()).toEqual({
      'kb-schema': 'APPLIED',
      [name]: 'PENDING',
      [blocked]: 'BLOCKED',
      [failing]: 'FAILED',
      'kb-backfill': 'PENDING',
    })
    expect(await runMigration(ctx, { name: blocked, folder: folder.path, apply: true })).toMatchObject({
      status: 'refused',
      report: { preconditions: [{ name: `${name} is applied`, status: 'FAIL' }] },
    })
    await runMigration(ctx, { ...options(), apply: true })
    expect(await states()).toMatchObject({ [name]: 'APPLIED', [blocked]: 'PENDING' })
    folder.write(name, { description: "'Another one.'" })
    const [, changed] = await listMigrations(ctx, { folder: folder.path })
    expect(changed).toMatchObject({
      state: 'CHECKSUM_CHANGED',
      appliedChecksum: expect.not.stringMatching(changed!.checksum) as string,
    })
  })
})

describe('an empty database', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createEmptyDatabase()
  })
  afterAll(() => database.drop())

  test('has no ledger, everything is pending, and data migrations wait for the schema', async () => {
    const ctx = createOpsContext(database)
    expect(await hasLedger(database.pool)).toBe(false)
    expect((await checkLedger(ctx)).check.status).toBe('SKIPPED')
    expect((await listMigrations(ctx)).map(({ state }) => state)).toEqual(['PENDING', 'PENDING', 'PENDING'])
    const summary = await runMigration(ctx, { name: 'kb-backfill', apply: true })
    expect(summary).toMatchObject({
      status: 'refused',
      findings: [{ message: expect.stringContaining('migrate:kb-schema:apply') as string }],
    })
  })
})
