import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { readMigrationFiles } from '../../src/database/schema/migration-files.ts'
import { readSchemaState } from '../../src/database/schema/state.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

// Each run of Prisma's CLI takes a second or two, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const repository = fileURLToPath(new URL('../..', import.meta.url))

let database: TestDatabase
let folder: string
beforeEach(async () => {
  database = await createEmptyDatabase()
  folder = mkdtempSync(join(tmpdir(), 'kb-prisma-'))
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

/** Runs `node scripts/prisma.mjs …` on the test's own database. */
function prisma(
  args: string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const env = { ...process.env, DIRECT_DATABASE_URL: database.url, ...environment }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['scripts/prisma.mjs', ...args],
      { cwd: repository, env },
      (error, out, complaint) =>
        resolve({
          code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
          text: out + complaint,
        }),
    )
  })
}

const schema = `
  datasource db {
    provider = "postgresql"
  }
  model Note {
    id   Int    @id
    text String
    @@map("notes")
  }`
const createNotes = 'CREATE TABLE "notes" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT NOT NULL);'

/** A project of a few files in a folder of its own; returns the arguments that point Prisma at it. */
function makeProject(migrations: Record<string, string>): string[] {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('schema.prisma', schema)
  write('migrations/migration_lock.toml', 'provider = "postgresql"\n')
  for (const [name, sql] of Object.entries(migrations)) write(`migrations/${name}/migration.sql`, sql)
  write(
    'prisma.config.mjs',
    `export default {
      schema: ${JSON.stringify(join(folder, 'schema.prisma'))},
      migrations: { path: ${JSON.stringify(join(folder, 'migrations'))} },
      datasource: { url: process.env.DIRECT_DATABASE_URL },
    }`,
  )
  return ['--config', join(folder, 'prisma.config.mjs')]
}

const tables = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  )
  return rows.map((row) => row.name)
}
const columns = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'notes' ORDER BY ordinal_position`,
  )
  return rows.map(({ name }) => name)
}
const databases = async () => {
  const { rows } = await database.pool.query<{ datname: string }>('SELECT datname FROM pg_database')
  return rows.map((row) => row.datname)
}

describe('one history, two tools', () => {
  test('the Prisma CLI finds nothing to do on what applySchemaMigrations has applied', async () => {
    await applySchemaMigrations(database.pool)
    expect(await prisma(['migrate', 'status'])).toMatchObject({
      code: 0,
      text: expect.stringContaining('up to date'),
    })
    expect(await prisma(['migrate', 'deploy'])).toMatchObject({
      code: 0,
      text: expect.stringContaining('No pending migrations'),
    })
  })

  test('applySchemaMigrations finds nothing to do on what the Prisma CLI has deployed', async () => {
    expect(await prisma(['migrate', 'deploy'])).toMatchObject({ code: 0 })
    const names = readMigrationFiles().map((file) => file.name)
    const state = await readSchemaState(database.pool)
    expect(state).toEqual({
      applied: names,
      pending: [],
      failed: [],
      edited: [],
      unknown: [],
      compatible: [],
    })
    expect(await applySchemaMigrations(database.pool)).toEqual([])
  })

  test('the migrations make exactly what prisma/schema says', async () => {
    const diff = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--exit-code', '--to-schema']
    expect(await prisma([...diff, 'prisma/schema'])).toMatchObject({ code: 0 })
    makeProject({})
    const other = await prisma([...diff, join(folder, 'schema.prisma')])
    expect(other).toMatchObject({ code: 2, text: expect.stringContaining('notes') })
    expect((await databases()).filter((name) => name.startsWith('prisma_migrate_shadow_db'))).toEqual([])
    expect(await tables()).toEqual([])
  })
})

describe('migrate dev', () => {
  test('applies what is pending, writes the next migration, and keeps its hands off rows', async () => {
    const project = makeProject({ '1_notes': createNotes })
    expect(await prisma(['migrate', 'dev', ...project])).toMatchObject({ code: 0 })
    await database.pool.query(`INSERT INTO notes VALUES (1, 'kept')`)
    writeFileSync(
      join(folder, 'schema.prisma'),
      schema.replace('text String', 'text String\n    url String?'),
    )
    expect(await prisma(['migrate', 'dev', '--name', 'add_url', ...project])).toMatchObject({ code: 0 })
    const added = readdirSync(join(folder, 'migrations')).find((name) => name.endsWith('_add_url')) ?? ''
    expect(readFileSync(join(folder, 'migrations', added, 'migration.sql'), 'utf8')).toContain(
      'ADD COLUMN     "url"',
    )
    expect((await database.pool.query('SELECT * FROM notes')).rows).toEqual([
      { id: 1, text: 'kept', url: null },
    ])
    expect((await databases()).filter((name) => name.startsWith('prisma_migrate_shadow_db'))).toEqual([])
  })
})

describe('npm run db:migrate', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const script = (name: string, ...more: string[]) =>
    prisma([...scripts[name]!.replace('node scripts/prisma.mjs ', '').split(' '), ...more])

  test('writes SQL that is edited before db:deploy applies it, as the recipe says', async () => {
    const project = makeProject({ '1_notes': createNotes })
    writeFileSync(
      join(folder, 'schema.prisma'),
      schema.replace('text String', 'text String\n    url String?'),
    )
    expect(await script('db:migrate', '--name', 'add_url', ...project)).toMatchObject({ code: 0 })
    expect(await columns()).toEqual(['id', 'text'])
    const added = readdirSync(join(folder, 'migrations')).find((name) => name.endsWith('_add_url')) ?? ''
    const file = join(folder, 'migrations', added, 'migration.sql')
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nCOMMENT ON COLUMN "notes"."url" IS 'by hand';`)
    expect(await script('db:deploy', ...project)).toMatchObject({ code: 0 })
    expect(await columns()).toEqual(['id', 'text', 'url'])
    const { rows } = await database.pool.query(`SELECT col_description('notes'::regclass, 3) AS comment`)
    expect(rows).toEqual([{ comment: 'by hand' }])
  })

  test('refuses to go on where an applied migration was edited, and loses no row', async () => {
    await applySchemaMigrations(database.pool)
    await database.pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('kept', 'Kept')`)
    await database.pool.query(
      `UPDATE _prisma_migrations SET checksum = repeat('0', 64) WHERE migration_name LIKE '%_operations'`,
    )
    const { code, text } = await script('db:migrate', '--name', 'next')
    expect(code).toBe(1)
    expect(text).toMatch(/_operations: the file was edited after it had been applied/)
    expect((await database.pool.query(`SELECT key FROM kb_kinds`)).rows).toEqual([{ key: 'kept' }])
  })
})

describe('migrate deploy', () => {
  test('sends scripts whole: $$ bodies pass, and nothing of a migration that fails stays', async () => {
    const body = `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN n := n * 2; RETURN n; END $$;`
    const broken = 'CREATE TABLE half (id int); SELECT 1 / 0;'
    const project = makeProject({ '1_notes': createNotes, '2_body': body, '3_broken': broken })
    const { code, text } = await prisma(['migrate', 'deploy', ...project])
    expect(code).toBe(1)
    expect(text).toMatch(/P3018.*3_broken.*22012.*division by zero/s)
    expect((await database.pool.query('SELECT twice(21) AS n')).rows).toEqual([{ n: 42 }])
    expect(await tables()).toEqual(['_prisma_migrations', 'notes'])
    const files = readMigrationFiles(join(folder, 'migrations'))
    expect(await readSchemaState(database.pool, files)).toMatchObject({
      applied: ['1_notes', '2_body'],
      failed: ['3_broken'],
    })
  })

  test('of a database that cannot be reached exits with 1 and says so', async () => {
    const result = await prisma(['migrate', 'deploy'], {
      DIRECT_DATABASE_URL: 'postgresql://u:p@127.0.0.1:9/x',
    })
    expect(result).toMatchObject({ code: 1, text: expect.stringMatching(/P1001.*127\.0\.0\.1:9/s) })
  })
})

test('an engine that is none is refused, since Prisma would take its silence for success', async () => {
  const result = await prisma(['migrate', 'deploy'], { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' })
  expect(result).toMatchObject({ code: 1, text: expect.stringContaining('PRISMA_SCHEMA_ENGINE_BINARY') })
  expect(await tables()).toEqual([])
})

test('with no address the embedded database of KB_DATA_DIR is used, and stopped afterwards', async () => {
  const none = {
    DIRECT_DATABASE_URL: '',
    DATABASE_URL: '',
    POSTGRES_URL: '',
    KB_DATA_DIR: join(folder, 'data'),
  }
  const result = await prisma(['migrate', 'deploy'], none)
  expect(result).toMatchObject({ code: 0, text: expect.stringContaining('knowledge_backbone') })
  expect(readdirSync(join(folder, 'data', 'postgres'))).not.toContain('postmaster.pid')
})
