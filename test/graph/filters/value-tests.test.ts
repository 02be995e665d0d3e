import fc from 'fast-check'
import sql, { join, type Sql } from 'sql-template-tag'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldText } from '../../../src/domain/text/fold.ts'
import { parseMoment } from '../../../src/domain/timestamp.ts'
import { textToMicros } from '../../../src/graph/columns/micros.ts'
import {
  dateTimeTest,
  floatTest,
  intTest,
  keyTest,
  stringTest,
} from '../../../src/graph/filters/value-tests.ts'
import {
  dateTimeConditions,
  floatConditions,
  intConditions,
  keyConditions,
  stringConditions,
} from '../../../src/readers/database/sql/conditions.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

interface Case<Value, Filter> {
  readonly value: Value | null
  readonly filter: Filter
}

/** Expects of each case that memory says what the database says. */
async function expectSame<Value, Filter>(
  cases: readonly Case<Value, Filter>[],
  conditionsOf: (column: Sql, filter: Filter) => Sql[],
  type: Sql,
  passes: (one: Case<Value, Filter>) => boolean,
): Promise<void> {
  const each = cases.map(({ value, filter }, place) => {
    const conditions = conditionsOf(sql`v.value`, filter)
    const all = conditions.length === 0 ? sql`true` : join(conditions, ' AND ')
    return sql`SELECT ${place}::int AS place, coalesce(${all}, false) AS passes FROM (SELECT ${value}::${type} AS value) v`
  })
  const { text, values } = join(each, ' UNION ALL ')
  const { rows } = await database.pool.query<{ place: number; passes: boolean }>({ text, values })
  const byDatabase = rows.sort((a, b) => a.place - b.place).map((row) => row.passes)
  const different = cases.filter((one, at) => passes(one) !== byDatabase[at])
  expect(different.map((one) => JSON.stringify(one))).toEqual([])
}

const listOf = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 3 })
const some = <Shape extends object>(shape: { [Name in keyof Shape]: fc.Arbitrary<Shape[Name]> }) =>
  fc.record(shape, { requiredKeys: [] })
const cases = <Value, Filter>(value: fc.Arbitrary<Value>, filter: fc.Arbitrary<Filter>) =>
  fc.array(fc.record({ value: fc.option(value), filter }), { minLength: 1, maxLength: 60 })

const text = fc.constantFrom('', 'a', 'ab', 'A', 'b%', 'b_', '\\', 'é', 'É', 'ß', '😀', 'a\nb')
const keyFilter = { eq: text, ne: text, in: listOf(text), notIn: listOf(text), startsWith: text }

test('tests of keys and texts judge as the database does', async () => {
  await fc.assert(
    fc.asyncProperty(cases(text, some(keyFilter)), (found) =>
      expectSame(found, keyConditions, sql`text`, ({ value, filter }) => keyTest(filter)?.(value) ?? true),
    ),
    { numRuns: 20 },
  )
  await fc.assert(
    fc.asyncProperty(cases(text, some({ ...keyFilter, contains: text, isNull: fc.boolean() })), (found) =>
      expectSame(
        found,
        (column, filter) => stringConditions(column, filter),
        sql`text`,
        ({ value, filter }) => stringTest(filter)?.({ text: value, folded: () => value }) ?? true,
      ),
    ),
    { numRuns: 20 },
  )
})

test('tests of numbers judge as the database does', async () => {
  const whole = fc.integer({ min: -3, max: 3 })
  const bounds = { eq: whole, lt: whole, lte: whole, gt: whole, gte: whole, isNull: fc.boolean() }
  await fc.assert(
    fc.asyncProperty(cases(whole, some({ ...bounds, ne: whole, in: listOf(whole) })), (found) =>
      expectSame(
        found.map((one) => ({ ...one, value: one.value ?? 0 })),
        intConditions,
        sql`int8`,
        ({ value, filter }) => intTest(filter)?.(value!) ?? true,
      ),
    ),
    { numRuns: 20 },
  )
  const real = fc.constantFrom(-1.5, -0, 0, 0.1, 0.3, 1e300)
  const floats = { eq: real, lt: real, lte: real, gt: real, gte: real, isNull: fc.boolean() }
  await fc.assert(
    fc.asyncProperty(cases(real, some(floats)), (found) =>
      expectSame(
        found,
        floatConditions,
        sql`float8`,
        ({ value, filter }) => floatTest(filter)?.(value ?? NaN) ?? true,
      ),
    ),
    { numRuns: 20 },
  )
})

test('tests of moments judge as the database does, to the microsecond and in any zone', async () => {
  const written = fc.constantFrom(
    '2024-02-29T12:00:00Z',
    '2024-02-29T12:00:00.000001Z',
    '2024-02-29T12:00:00.0000005Z',
    '2024-02-29T12:00:00.0000015Z',
    '2024-02-29T13:00:00.000001+01:00',
    '2024-02-29T11:59:59.9999999Z',
    '2024-03-01T00:00:00Z',
    '2024-03-01T00:00:00+16:00',
  )
  // As the scalar DateTime hands them on.
  const moment = written.map((text) => parseMoment(text)!)
  const bounds = { eq: moment, lt: moment, lte: moment, gt: moment, gte: moment, isNull: fc.boolean() }
  await fc.assert(
    fc.asyncProperty(cases(moment, some(bounds)), (found) =>
      expectSame(
        found,
        dateTimeConditions,
        sql`timestamptz`,
        ({ value, filter }) => dateTimeTest(filter)?.(value === null ? NaN : textToMicros(value)) ?? true,
      ),
    ),
    { numRuns: 20 },
  )
})

test('letters beyond ASCII are folded here as the database folds them', () => {
  const test = stringTest({ containsInsensitive: 'É' })!
  const judge = (text: string) => test({ text, folded: () => foldText(text) })
  expect(['café', 'CAFE', 'cafe\u0301', 'kaffa'].map(judge)).toEqual([true, true, true, false])
})

test('a filter without operators does not restrict', () => {
  expect([keyTest({}), stringTest({}), intTest({}), floatTest({}), dateTimeTest({}), keyTest(null)]).toEqual(
    Array<null>(6).fill(null),
  )
})
