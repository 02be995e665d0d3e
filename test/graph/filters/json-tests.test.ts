import fc from 'fast-check'
import sql, { join } from 'sql-template-tag'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AttributeFilter } from '../../../src/domain/graph/filter.ts'
import { resolvePointer } from '../../../src/domain/json/pointer.ts'
import { attributeTest } from '../../../src/graph/filters/json-tests.ts'
import { attributeConditions } from '../../../src/readers/database/sql/conditions.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const names = ['a', 'b', '0', '1', '-1', '+1', ' 1', '\u00a01', '01', 'toString', '__proto__', 'é']
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, 1.5, -1, 1e300, '', 'a', '1', 'é', 'x"y'),
  fc.integer({ min: -2, max: 2 }),
)
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 3 })
      .map(
        (members) =>
          JSON.parse(
            `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
          ) as unknown,
      ),
  ),
}))
const anyPointer = fc
  .array(fc.constantFrom(...names), { maxLength: 3 })
  .map((segments) => segments.map((segment) => `/${segment}`).join(''))

const anyFilter: fc.Arbitrary<AttributeFilter> = fc.oneof(
  fc.record({ pointer: anyPointer, exists: fc.boolean() }),
  fc.record({ pointer: anyPointer, eq: anyValue }),
  fc.record({ pointer: anyPointer, in: fc.array(anyValue, { maxLength: 3 }) }),
  fc.record({ pointer: anyPointer, contains: anyValue }),
  fc.record({ pointer: anyPointer, gt: fc.constantFrom(-1, 0, 1.25) }),
  fc.record({ pointer: anyPointer, lt: fc.constantFrom(0, 1, 2) }),
)

async function judge(cases: readonly { root: unknown; filter: AttributeFilter }[]): Promise<boolean[]> {
  const each = cases.map(
    ({ root, filter }, place) =>
      sql`SELECT ${place}::int AS place, coalesce(${join(attributeConditions(sql`r.root`, [filter]), ' AND ')}, false) AS passes
        FROM (SELECT ${JSON.stringify(root)}::jsonb AS root) r`,
  )
  const { text, values } = join(each, ' UNION ALL ')
  const { rows } = await database.pool.query<{ place: number; passes: boolean }>({ text, values })
  return rows.sort((a, b) => a.place - b.place).map(({ passes }) => passes)
}

function expectSame(
  cases: readonly { root: unknown; filter: AttributeFilter }[],
  byDatabase: boolean[],
): void {
  const inMemory = cases.map(({ root, filter }) => attributeTest([filter])!(root))
  const different = cases.filter((_, at) => inMemory[at] !== byDatabase[at])
  expect(different.map((one) => JSON.stringify(one))).toEqual([])
}

test('tests of attributes in memory judge as jsonb does', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ root: anyValue, filter: anyFilter }), { minLength: 1, maxLength: 60 }),
      async (cases) => expectSame(cases, await judge(cases)),
    ),
    { numRuns: 60 },
  )
})

test(
  'a condition finds a value exactly where the field `attribute` shows one',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ root: anyValue, pointer: anyPointer }), { minLength: 1, maxLength: 60 }),
        async (places) => {
          const judged = await judge(
            places.map(({ root, pointer }) => ({ root, filter: { pointer, exists: true } })),
          )
          const shown = places.map(({ root, pointer }) => resolvePointer(root, pointer) !== undefined)
          expect(judged).toEqual(shown)
        },
      ),
      { numRuns: 30 },
    )
  },
)

test('a value that is contained in another is so in memory and in jsonb', { timeout: 60_000 }, async () => {
  // Parts of the value itself, or there is little that contains anything.
  const within = anyValue.chain((root) =>
    fc.record({
      root: fc.constant(root),
      filter: partOf(root).map((contains) => ({ pointer: '', contains })),
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(within, { minLength: 1, maxLength: 60 }), async (cases) =>
      expectSame(cases, await judge(cases)),
    ),
    { numRuns: 30 },
  )
})

function partOf(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value) && value.length > 0)
    return fc
      .subarray(value as unknown[])
      .chain((items) => fc.oneof(fc.tuple(...items.map(partOf)), fc.constantFrom(...(value as unknown[]))))
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return fc
      .subarray(Object.entries(value))
      .chain((members) =>
        fc
          .tuple(
            ...members.map(([name, item]) => partOf(item).map((part): [string, unknown] => [name, part])),
          )
          .map((parts) => Object.fromEntries(parts)),
      )
  return fc.constant(value)
}

test.each<[unknown, AttributeFilter, boolean]>([
  [{ a: [1, 2] }, { pointer: '/a/1', eq: 2 }, true],
  [{ a: [1, 2] }, { pointer: '/a/01', exists: true }, false],
  [{ a: [1, 2] }, { pointer: '/a/01', exists: false }, true],
  [{ a: { '01': [3] } }, { pointer: '/a/01/0', eq: 3 }, true],
  [{ a: [[1]] }, { pointer: '/a/00/00', eq: 1 }, false],
  [{ a: [1, 2] }, { pointer: '/a/-1', eq: 2 }, false],
  [{ a: [1, 2] }, { pointer: '/a/-0', eq: 1 }, false],
  [{ a: [1, 2] }, { pointer: '/a/+1', eq: 2 }, false],
  [{ a: [1, 2] }, { pointer: '/a/ 1', eq: 2 }, false],
  [{ a: [1, 2] }, { pointer: '/a/-', exists: true }, false],
  [{ a: [1, 2] }, { pointer: '/a/\u00a01', eq: 2 }, false],
  [{ a: [1, 2] }, { pointer: '/a/99999999999999999999', exists: true }, false],
  [{ a: null }, { pointer: '/a', exists: true }, true],
  [[1, [2]], { pointer: '', contains: [[2]] }, true],
  [[1, [2]], { pointer: '', contains: 1 }, true],
  [{ a: [1] }, { pointer: '', contains: { a: 1 } }, false],
  [1, { pointer: '', contains: [1] }, false],
])('%j by %j is %s, in memory and in the database', async (root, filter, passes) => {
  expect(attributeTest([filter])!(root)).toBe(passes)
  expect(await judge([{ root, filter }])).toEqual([passes])
})
