import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAloneWithFew, withRebuiltIndexes } from '../../../src/database/tables/rebuilt-indexes.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
  await database.pool.query(`INSERT INTO kb_relations (key, label) VALUES ('to', 'to')`)
})
afterAll(() => database.drop())

const tables = ['kb_entities', 'kb_edges']
const parts = `
  SELECT conname AS name, pg_get_constraintdef(oid) AS definition, convalidated AS valid FROM pg_constraint
    WHERE conrelid IN ('kb_entities'::regclass, 'kb_edges'::regclass)
  UNION ALL SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
    WHERE indrelid IN ('kb_entities'::regclass, 'kb_edges'::regclass) ORDER BY 1, 2`
const entity = (slug: string) =>
  `INSERT INTO kb_entities (slug, kind_key, title, content_hash) VALUES ('${slug}', 'thing', 'T', repeat('a', 64))`
const edge = (source: string, target: string) =>
  `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) VALUES ('to', '${source}', '${target}', repeat('a', 64))`

describe('rebuilt indexes', () => {
  test('every index and constraint is there again as it was, and the rows are in them', async () => {
    const before = (await database.pool.query(parts)).rows
    const { during, given } = await withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      let during = 0
      const given = await withRebuiltIndexes(client, tables, async () => {
        during = (await client.query(parts)).rows.length
        await client.query(entity('a'))
        await client.query(edge('a', 'a'))
        return 'what work returned'
      })
      return { during, given }
    })
    expect(given).toBe('what work returned')
    expect(during).toBeLessThan(before.length - 15)
    expect((await database.pool.query(parts)).rows).toEqual(before)
    await expect(database.pool.query(edge('a', 'nowhere'))).rejects.toMatchObject({ code: '23503' })
  })

  test('a row that breaks a foreign key fails the whole transaction, and everything is as before', async () => {
    const before = (await database.pool.query(parts)).rows
    const broken = withTransaction(database.pool, 'READ COMMITTED', (client) =>
      withRebuiltIndexes(client, tables, async () => {
        await client.query(entity('b'))
        await client.query(edge('b', 'nowhere'))
      }),
    )
    await expect(broken).rejects.toMatchObject({ code: '23503' })
    expect((await database.pool.query(parts)).rows).toEqual(before)
    expect((await database.pool.query(`SELECT FROM kb_entities WHERE slug = 'b'`)).rowCount).toBe(0)
  })

  test('are only for a table with few rows and no other process', async () => {
    const ask = (few: number) =>
      withTransaction(database.pool, 'READ COMMITTED', (client) => isAloneWithFew(client, 'kb_entities', few))
    expect(await ask(2)).toBe(true)
    expect(await ask(1)).toBe(false)
    const own = await database.pool.connect()
    expect(await ask(2)).toBe(true)
    own.release()
    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    expect(await ask(2)).toBe(false)
    await other.end()
  })
})
