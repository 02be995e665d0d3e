import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { ensureSchema } from '../../src/database/schema/ensure.ts'
import { readMigrationFiles, type MigrationFile } from '../../src/database/schema/migration-files.ts'
import type { Database } from '../../src/database/connection/open-database.ts'
import { readDatabaseState } from '../../src/database/schema/database-state.ts'
import { isBreaking } from '../../src/database/schema/compatibility.ts'
import { createSchemaWatch } from '../../src/database/schema/watch.ts'
import { readSchemaState } from '../../src/database/schema/state.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { silentLog } from '../support/silent-log.ts'

const file = (name: string, sql: string): MigrationFile => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
})
const first = file('1_first', 'CREATE TABLE first (id int);')
const second = file('2_second', 'CREATE TABLE second (id int); INSERT INTO first VALUES (1);')
const broken = file('3_broken', 'CREATE TABLE third (id int); SELECT 1 / 0;')

let database: TestDatabase
beforeEach(async () => {
  database = await createEmptyDatabase()
})
afterEach(() => database.drop())

const tables = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  )
  return rows.map((row) => row.name)
}
const asDatabase = (isEmbedded: boolean): Database => ({
  url: database.url,
  pool: database.pool,
  isEmbedded,
  stop: () => Promise.resolve(),
})

describe('applySchemaMigrations', () => {
  test('applies what is pending, once', async () => {
    expect(await applySchemaMigrations(database.pool, { files: [first] })).toEqual(['1_first'])
    expect(await applySchemaMigrations(database.pool, { files: [first, second] })).toEqual(['2_second'])
    expect(await applySchemaMigrations(database.pool, { files: [first, second] })).toEqual([])
    expect(await tables()).toEqual(['_prisma_migrations', 'first', 'second'])
  })

  test('leaves nothing of a migration that fails, keeps those before it, and goes on once it is mended', async () => {
    const failing = applySchemaMigrations(database.pool, { files: [first, second, broken] })
    await expect(failing).rejects.toThrow(
      /3_broken failed and left nothing behind: division by zero \(22012\)/,
    )
    expect(await tables()).toEqual(['_prisma_migrations', 'first', 'second'])
    const mended = file('3_broken', 'CREATE TABLE third (id int);')
    expect(await applySchemaMigrations(database.pool, { files: [first, second, mended] })).toEqual([
      '3_broken',
    ])
  })

  test('by four at once applies each migration once', async () => {
    const pools = Array.from({ length: 4 }, () => createPool(database.url, { log: silentLog }))
    const applied = await Promise.all(
      pools.map((pool) => applySchemaMigrations(pool, { files: [first, second] })),
    )
    await Promise.all(pools.map((pool) => pool.end()))
    expect(applied.flat().sort()).toEqual(['1_first', '2_second'])
    expect((await database.pool.query('SELECT * FROM first')).rowCount).toBe(1)
  })

  test('does not wait for ever while another process migrates', async () => {
    const other = await database.pool.connect()
    await other.query('SELECT pg_advisory_lock(72707369)') // as the Prisma CLI holds it
    const waiting = applySchemaMigrations(database.pool, { files: [first], lockTimeout: 200 })
    await expect(waiting).rejects.toThrow(/Another process has been migrating/)
    await other.query('SELECT pg_advisory_unlock(72707369)')
    other.release()
    expect(await applySchemaMigrations(database.pool, { files: [first] })).toEqual(['1_first'])
  })
})

describe('readSchemaState', () => {
  const state = (...files: MigrationFile[]) => readSchemaState(database.pool, files)
  const none = { applied: [], pending: [], failed: [], edited: [], unknown: [], compatible: [] }

  test('tells pending, applied, edited and unknown migrations apart, and writes nothing', async () => {
    expect(await state(first, second)).toEqual({ ...none, pending: ['1_first', '2_second'] })
    expect(await tables()).toEqual([])
    await applySchemaMigrations(database.pool, { files: [first, second] })
    expect(await state(first, second, broken)).toEqual({
      ...none,
      applied: ['1_first', '2_second'],
      pending: ['3_broken'],
    })
    expect(await state(first)).toEqual({ ...none, applied: ['1_first'], unknown: ['2_second'] })
    expect(await state(file('1_first', 'CREATE TABLE other ();'), second)).toEqual({
      ...none,
      applied: ['1_first', '2_second'],
      edited: ['1_first'],
    })
  })

  test('names a migration another tool left unfinished, until it is marked as rolled back', async () => {
    await applySchemaMigrations(database.pool, { files: [first] })
    await database.pool.query('UPDATE _prisma_migrations SET finished_at = NULL')
    expect(await state(first)).toEqual({ ...none, failed: ['1_first'], pending: ['1_first'] })
    await expect(applySchemaMigrations(database.pool, { files: [first] })).rejects.toThrow(
      /1_first were begun and not finished.*migrate resolve/,
    )
    await database.pool.query('UPDATE _prisma_migrations SET rolled_back_at = now()')
    expect(await state(first)).toEqual({ ...none, pending: ['1_first'] })
  })
})

describe('a build before the one that migrated', () => {
  const floor = readMigrationFiles().at(-1)!.name
  const declared = (name: string, since: string) =>
    file(
      name,
      `CREATE TABLE "of_${name}" (id int);
       CREATE OR REPLACE FUNCTION "public"."kb_schema_compatibility"() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
         RETURN ARRAY['${since}', '${name}'];`,
    )
  const migrate = (...more: MigrationFile[]) =>
    applySchemaMigrations(database.pool, { files: [...readMigrationFiles(), ...more] })
  const embedded = () => ensureSchema(asDatabase(true), { log: silentLog })

  test('goes on with a migration that only adds, and says so once in the log', async () => {
    await embedded()
    const warned: string[] = []
    const watch = createSchemaWatch(database.pool, { info: () => {}, warn: (text) => warned.push(text) })
    expect(await watch.look()).toEqual({ isReachable: true, problem: null, newer: [] })
    await migrate(declared('99991231_one', floor), declared('99991232_two', floor))
    const newer = ['99991231_one', '99991232_two']
    expect(await watch.look()).toEqual({ isReachable: true, problem: null, newer })
    await watch.look()
    expect(warned).toEqual([expect.stringContaining('99991231_one, 99991232_two')])
    await embedded()
    await ensureSchema(asDatabase(false), { log: silentLog })
    await expect(applySchemaMigrations(database.pool)).rejects.toThrow(/newer than this program/)
    await watch.stop()
  })

  test.each([
    ['takes something away', declared('99991232_two', '99991232_two')],
    ['says nothing of itself', file('99991232_two', 'CREATE TABLE two (id int);')],
  ])('is not ready once a migration %s', async (_, breaking) => {
    await migrate(declared('99991231_one', floor), breaking)
    expect(await readDatabaseState(database.pool)).toEqual({
      isReachable: true,
      problem: 'newer than this build: 99991231_one, 99991232_two',
      newer: [],
    })
    await expect(embedded()).rejects.toThrow(/newer than this program/)
  })

  test('the migrations of this build say of themselves whether one goes on', async () => {
    const says = readMigrationFiles().filter(({ name }) => name >= '20261128134500_compatibility')
    for (const { name, sql } of says) {
      expect(sql, `${name} must replace kb_schema_compatibility`).toContain('kb_schema_compatibility')
      expect(sql).toContain(`'${name}'];`)
    }
    expect(isBreaking(says[0]!)).toBe(true)
    expect(isBreaking(first)).toBe(true)
    expect(isBreaking(declared('99991231_one', floor))).toBe(false)
    expect(isBreaking(declared('99991231_one', '99991231_one'))).toBe(true)
  })
})

describe('ensureSchema', () => {
  test('migrates the embedded database', async () => {
    await ensureSchema(asDatabase(true), { log: silentLog })
    expect((await readSchemaState(database.pool)).pending).toEqual([])
  })

  test('names what a database by URL lacks, and writes nothing to it', async () => {
    const names = readMigrationFiles().map((each) => each.name)
    await expect(ensureSchema(asDatabase(false), { log: silentLog })).rejects.toThrow(
      new RegExp(`lacks the schema migrations ${names.join(', ')}.*migrate:kb-schema:apply`),
    )
    expect(await tables()).toEqual([])
  })

  test.each([true, false])(
    'refuses a database that is newer than the build (embedded: %s)',
    async (isEmbedded) => {
      const future = file('99991231_future', 'CREATE TABLE future (id int);')
      await applySchemaMigrations(database.pool, { files: [...readMigrationFiles(), future] })
      await expect(ensureSchema(asDatabase(isEmbedded), { log: silentLog })).rejects.toThrow(
        /newer than this program: it has the schema migrations 99991231_future/,
      )
    },
  )

  test('says which database cannot be reached, without its password', async () => {
    const url = 'postgresql://someone:secret@127.0.0.1:9/nowhere'
    const pool = createPool(url, { log: silentLog })
    const failure = await ensureSchema({ ...asDatabase(false), url, pool }, { log: silentLog }).catch(String)
    await pool.end()
    expect(failure).toMatch(/nowhere at 127\.0\.0\.1:9 cannot be reached: .*ECONNREFUSED/)
    expect(failure).not.toContain('secret')
  })
})
