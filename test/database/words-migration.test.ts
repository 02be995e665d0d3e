import { afterAll, beforeAll, expect, test } from 'vitest'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { readMigrationFiles } from '../../src/database/schema/migration-files.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createEmptyDatabase()
})
afterAll(() => database.drop())

const content = `SELECT slug, revision, content_hash, updated_at FROM kb_entities ORDER BY slug`
const version = `SELECT version::int FROM kb_graph_version`
const found = async (table: string, words: string) =>
  (
    await database.pool.query(
      `SELECT FROM ${table} WHERE search_vector @@ kb_word_query(jsonb_build_array(jsonb_build_array(jsonb_build_object('text', $1::text, 'excluded', false))))`,
      [words],
    )
  ).rowCount

test('an existing database finds its words the new way, and its content and history stay as they are', async () => {
  const { pool } = database
  const files = readMigrationFiles()
  const at = files.findIndex(({ name }) => name.endsWith('_words'))
  await applySchemaMigrations(pool, { files: files.slice(0, at) })
  await pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, summary, attributes, content_hash) VALUES
       ('network', 'thing', 'TCP/IP networking', 'on node.js', '{"at": "a/b.example"}', repeat('a', 64)),
       ('hero', 'thing', 'ΟΔΥΣΣΕΥΣ', NULL, '{}', repeat('a', 64)), ('plain', 'thing', 'Plain', NULL, '{}', repeat('a', 64))`,
  )
  await pool.query(`INSERT INTO kb_workflows (slug, title) VALUES ('flow', 'read/write')`)
  await pool.query(
    `INSERT INTO kb_media_objects (key, kind, url, mime_type, alt) VALUES ('m', 'IMAGE', '/media/x', 'image/png', 'black/white')`,
  )
  const before = {
    content: (await pool.query(content)).rows,
    version: (await pool.query(version)).rows[0].version,
  }
  const changes = (await pool.query('SELECT count(*) FROM kb_changes')).rows
  await applySchemaMigrations(pool, { files })
  expect((await pool.query(content)).rows).toEqual(before.content)
  expect((await pool.query('SELECT count(*) FROM kb_changes')).rows).toEqual(changes)
  expect((await pool.query(version)).rows[0].version).toBeGreaterThan(before.version)
  for (const word of ['ip', 'node', 'example', 'οδυσσευς', 'plain'])
    expect(await found('kb_entities', word), word).toBe(1)
  expect(await found('kb_workflows', 'write')).toBe(1)
  expect(await found('kb_media_objects', 'white')).toBe(1)
  const { rows } = await pool.query(`SELECT title_key FROM kb_entities WHERE slug = 'hero'`)
  expect(rows).toEqual([{ title_key: 'οδυσσευσ' }])
})
