import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readMigrationFiles } from '../../src/database/schema/migration-files.ts'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { backfillKnowledge } from '../../src/ops/load/backfill-knowledge.ts'
import { evaluateReleaseGate } from '../../src/ops/gate/evaluate.ts'
import { readMigrationCatalog } from '../../src/ops/migrations/migration-catalog.ts'
import { migrationNameFault, readMigrationSources } from '../../src/ops/migrations/migration-folder.ts'
import { runMigration } from '../../src/ops/migrations/run-migration.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createMigrationFolder, type MigrationFolder } from '../support/migration-folder.ts'
import { createOpsContext } from '../support/ops-context.ts'

const root = join(import.meta.dirname, '..', '..')

describe('npm run migration:new', () => {
  let database: TestDatabase
  let folder: MigrationFolder
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())
  beforeEach(() => {
    folder = createMigrationFolder()
  })
  afterEach(() => folder.remove())
  const create = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/new-migration.ts', ...args, '--into', folder.path], {
      cwd: root,
      encoding: 'utf8',
    })

  test('writes a migration that can be tried at once, and says where its test belongs', async () => {
    const ended = create('1003', 'neon', 'neon', 'entity-weights')
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    const [source] = readMigrationSources(folder.path)
    expect(source!.name).toMatch(/^\d{8}_1003_neon_to_neon_entity_weights$/)
    expect(ended.stdout).toContain(`test/migrations/${source!.name}.test.ts`)
    expect(readdirSync(folder.path)).toEqual([`${source!.name}.mjs`])
    const summary = await runMigration(createOpsContext(database), {
      name: source!.name,
      apply: false,
      folder: folder.path,
    })
    expect(summary).toMatchObject({
      status: 'refused',
      report: { preconditions: [{ name: 'there are rows to change', status: 'FAIL' }] },
    })
    expect(create('1003', 'neon', 'neon', 'entity-weights')).toMatchObject({ status: 3 })
  })

  test('writes one that leaves a green gate as it stands; so does one that changes everything by SQL alone', async () => {
    const ctx = createOpsContext(database)
    const payload = { nodes: [{ id: 'a', title: 'A' }, { id: 'b' }], edges: [{ source: 'a', target: 'b' }] }
    await withTransaction(database.pool, 'READ COMMITTED', (client) =>
      backfillKnowledge(client, { constellation: payload }),
    )
    const wrongHashes = async () => (await evaluateReleaseGate(ctx, { only: ['graph-hashes'] })).findings
    const apply = async (name: string) =>
      (await runMigration(ctx, { name, apply: true, backupFirst: false, folder: folder.path })).status
    create('1003', 'neon', 'neon', 'entity-weights')
    const [skeleton] = readMigrationSources(folder.path)
    expect(await apply(skeleton!.name)).toBe('succeeded')
    const { rows } = await database.pool.query('SELECT slug, weight, revision FROM kb_entities ORDER BY slug')
    expect(rows).toEqual([
      { slug: 'a', weight: 1, revision: 1 },
      { slug: 'b', weight: 1, revision: 1 },
    ])
    expect(await wrongHashes()).toEqual([])
    folder.write('20260211_1004_neon_to_neon_everything', {
      writes: `['kb_entities', 'kb_entity_tags', 'kb_edges']`,
      up: `async ({ sql }) => {
        await sql("UPDATE kb_entities SET title = title || '!', attributes = '{\\"n\\": 1.50, \\"big\\": 1e21, \\"ß\\": [null]}'")
        await sql("INSERT INTO kb_entity_tags SELECT id, 'tagged' FROM kb_entities")
        await sql("UPDATE kb_entities SET slug = 'z' WHERE slug = 'a'")
        await sql("INSERT INTO kb_entities (slug, kind_key, title, content_hash) SELECT 'new', kind_key, 'New', repeat('0', 64) FROM kb_entities LIMIT 1")
        await sql("INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) SELECT relation_key, 'new', 'z', repeat('0', 64) FROM kb_edges LIMIT 1")
        await sql("UPDATE kb_edges SET label = 'by hand'")
      }`,
    })
    expect(await apply('20260211_1004_neon_to_neon_everything')).toBe('succeeded')
    expect((await database.pool.query('SELECT FROM kb_edges')).rowCount).toBe(2)
    expect(await wrongHashes()).toEqual([])
  })

  test.each([
    [['1003', 'neon', 'neon']],
    [['x', 'neon', 'neon', 'purpose']],
    [['1003', 'Neon', 'neon', 'purpose']],
  ])('refuses %j with its usage', (args) => {
    const ended = create(...args)
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toContain('npm run migration:new -- <project-number>')
    expect(readdirSync(folder.path)).toEqual([])
  })
})

describe('the folder of migrations', () => {
  test.each([
    ['20260211_1002_blob_to_neon_admin_state', null],
    ['20260231_1002_blob_to_neon_admin_state', /an invalid date/],
    ['20260211_blob_to_neon_admin_state', /is not named YYYYMMDD/],
    ['20260211_1002_blob_neon_admin_state', /is not named YYYYMMDD/],
    ['20260211_1002_blob_to_neon', /is not named YYYYMMDD/],
  ])('knows a name: %s', (name, fault) => {
    if (fault === null) expect(migrationNameFault(name)).toBeNull()
    else expect(migrationNameFault(name)).toMatch(fault)
  })

  test('with a file of another name is refused as a whole', () => {
    const folder = createMigrationFolder()
    folder.write('20260211_1002_blob_to_neon_admin_state')
    folder.write('fix')
    expect(() => readMigrationCatalog(folder.path)).toThrow(/`fix` is not named/)
    folder.remove()
  })

  test('and the schema are listed in docs/database/index.md, every one', () => {
    const text = readFileSync(join(root, 'docs/database/index.md'), 'utf8')
    const names = [...readMigrationCatalog().known, ...readMigrationFiles()].map(({ name }) => name)
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })
})
