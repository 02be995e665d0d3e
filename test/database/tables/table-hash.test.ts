import fc from 'fast-check'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCanonicalText } from '../../../src/database/tables/row-text.ts'
import { locateDifferences } from '../../../src/database/tables/table-differences.ts'
import { hashTableRows, summarizeBuckets } from '../../../src/database/tables/table-hash.ts'
import type { TableShape } from '../../../src/database/tables/table-shape.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const column = (name: string, type: string) => ({ name, type, isGenerated: false })
const oneValue = (type: string) => [column('value', type)]

/** The hash of a table that holds these rows of one column. */
async function hashOf(type: string, values: readonly (string | null)[], settings = ''): Promise<string> {
  return withTransaction(database.pool, 'READ COMMITTED', async (client) => {
    await client.query(`${settings}; CREATE TEMPORARY TABLE probe (value ${type}) ON COMMIT DROP`)
    for (const value of values) await client.query('INSERT INTO probe VALUES ($1)', [value])
    await useCanonicalText(client)
    return (await hashTableRows({ client, relation: 'pg_temp.probe' }, oneValue(type))).hash
  })
}

describe('The hash of a table', () => {
  test.each([
    ['numerics of one value', 'numeric', ['1.0'], ['1.00']],
    ['zeros of either sign', 'double precision', ['-0'], ['0']],
    [
      'one moment in two zones',
      'timestamptz',
      ['2026-01-01 12:00:00.123456+02'],
      ['2026-01-01 10:00:00.123456+00'],
    ],
    ['one JSON object in two spellings', 'jsonb', ['{"b": 1, "a":[]}'], ['{"a": [], "b":1}']],
    ['rows in another order', 'text', ['a', 'b', '\u{1F600}', '\uFF01'], ['\uFF01', 'b', '\u{1F600}', 'a']],
  ] as const)('is the same for %s', async (_name, type, left, right) => {
    expect(await hashOf(type, left)).toBe(await hashOf(type, right))
  })

  test.each([
    ['NULL and an empty text', 'text', [null], ['']],
    ['a text that looks like NULL', 'text', [null], ['NULL']],
    [
      'two timestamps a microsecond apart',
      'timestamptz',
      ['2026-01-01 10:00:00.123456Z'],
      ['2026-01-01 10:00:00.123457Z'],
    ],
    ['integers beyond 2^53 in JSON', 'jsonb', ['{"n": 9007199254740993}'], ['{"n": 9007199254740992}']],
    ['floats a bit apart', 'double precision', ['0.1'], ['0.10000000000000002']],
    ['a row twice and a row once', 'text', ['a', 'a'], ['a']],
    ['two pairs of rows that XOR would cancel', 'text', ['a', 'a'], ['b', 'b']],
    ['lists with other elements that read alike', 'text[]', ['{"a,b"}'], ['{a,b}']],
    ['no rows and an empty one', 'text', [], [null]],
  ] as const)('tells apart %s', async (_name, type, left, right) => {
    expect(await hashOf(type, left)).not.toBe(await hashOf(type, right))
  })

  test('does not depend on the settings of the session', async () => {
    const moment = ['2026-01-01 10:00:00.5+00']
    const strange = `SET LOCAL TimeZone = 'Asia/Kathmandu'; SET LOCAL DateStyle = 'SQL, DMY'; SET LOCAL extra_float_digits = -5`
    expect(await hashOf('timestamptz', moment, strange)).toBe(await hashOf('timestamptz', moment))
    expect(await hashOf('double precision', ['0.1234567890123'], strange)).toBe(
      await hashOf('double precision', ['0.1234567890123']),
    )
  })

  test('tells apart rows whose texts would run into one another', async () => {
    const hash = (first: string, second: string | null) =>
      withTransaction(database.pool, 'READ COMMITTED', async (client) => {
        await client.query('CREATE TEMPORARY TABLE probe (first text, second text) ON COMMIT DROP')
        await client.query('INSERT INTO probe VALUES ($1, $2)', [first, second])
        await useCanonicalText(client)
        const columns = [column('first', 'text'), column('second', 'text')]
        return (await hashTableRows({ client, relation: 'pg_temp.probe' }, columns)).hash
      })
    const hashes = await Promise.all([
      hash('a,b', 'c'),
      hash('a', 'b,c'),
      hash('a"', ',"c'),
      hash('a,b', null),
      hash('', null),
    ])
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('can be made again of the buckets alone', async () => {
    const made = await withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      await client.query(
        `CREATE TEMPORARY TABLE probe ON COMMIT DROP AS SELECT i::text AS value FROM generate_series(1, 3000) i`,
      )
      await useCanonicalText(client)
      return hashTableRows({ client, relation: 'pg_temp.probe' }, oneValue('text'))
    })
    expect(made.rows).toBe(3000)
    expect(made.buckets.size).toBeGreaterThan(900)
    expect(summarizeBuckets(made.buckets)).toEqual(made)
  })
})

const shape: TableShape = {
  table: 'kb_edges',
  key: ['key'],
  columns: [column('key', 'text'), column('value', 'jsonb')],
}

async function locate(client: PoolClient, limit: number) {
  const sides = []
  for (const relation of ['pg_temp.lefts', 'pg_temp.rights']) {
    const source = { client, relation }
    sides.push({ source, hash: await hashTableRows(source, shape.columns) })
  }
  return locateDifferences(sides[0]!, sides[1]!, shape, limit)
}

/** Two tables of key and value, each given as rows; a key may come twice. */
async function fill(client: PoolClient, name: string, rows: readonly (readonly [string, number])[]) {
  await client.query(
    `DROP TABLE IF EXISTS pg_temp.${name}; CREATE TEMPORARY TABLE ${name} (key text COLLATE "C", value jsonb)`,
  )
  await client.query(
    `INSERT INTO ${name} SELECT key, to_jsonb(value) FROM unnest($1::text[], $2::int[]) AS rows (key, value)`,
    [rows.map(([key]) => key), rows.map(([, value]) => value)],
  )
}

describe('locateDifferences', () => {
  test('finds exactly what was changed, added and removed, in any table', async () => {
    const table = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((key) => !key.includes('\0')),
      fc.nat(3),
      { maxKeys: 30 },
    )
    const client = await database.pool.connect()
    try {
      await client.query('BEGIN')
      await useCanonicalText(client)
      await fc.assert(
        fc.asyncProperty(table, table, async (left, right) => {
          await fill(client, 'lefts', Object.entries(left))
          await fill(client, 'rights', Object.entries(right))
          const found = await locate(client, 1000)
          const expected = [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) => {
            const [from, to] = [Object.hasOwn(left, key), Object.hasOwn(right, key)]
            if (from && to) return left[key] === right[key] ? [] : [`CHANGED ${key}`]
            return [from ? `REMOVED ${key}` : `ADDED ${key}`]
          })
          expect(
            found.listed.map(({ operation, subjectKey }) => `${operation} ${subjectKey}`).sort(),
          ).toEqual(expected.sort())
          expect(found.onlyLeft + found.onlyRight + found.different).toBe(expected.length)
        }),
        { numRuns: 60 },
      )
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  }, 60_000)

  test('lists up to the limit and counts all, also where rows come in portions', async () => {
    await withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      await useCanonicalText(client)
      await client.query(
        `CREATE TEMPORARY TABLE lefts ON COMMIT DROP AS SELECT 'k' || i AS key, to_jsonb(i) AS value FROM generate_series(1, 60000) i;
         CREATE TEMPORARY TABLE rights ON COMMIT DROP AS SELECT 'k' || i AS key, to_jsonb(i + 1) AS value FROM generate_series(2, 60001) i`,
      )
      const found = await locate(client, 10)
      expect(found).toMatchObject({ onlyLeft: 1, onlyRight: 1, different: 59_999 })
      expect(found.listed).toHaveLength(10)
      expect(found.listed[0]).toEqual({
        operation: 'REMOVED',
        subjectType: 'GraphEdge',
        subjectKey: 'k1',
        patch: [{ op: 'remove', path: '' }],
      })
    })
  })

  test('sees a row that is there twice, where nothing keeps the key unique', async () => {
    await withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      await useCanonicalText(client)
      await fill(client, 'lefts', [
        ['a', 1],
        ['b', 1],
        ['b', 1],
      ])
      await fill(client, 'rights', [
        ['a', 1],
        ['a', 2],
        ['b', 1],
      ])
      const found = await locate(client, 10)
      expect(found).toMatchObject({ onlyLeft: 1, onlyRight: 1, different: 0 })
    })
  })
})
