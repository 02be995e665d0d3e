import { expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runDifferential, type DifferentialOptions } from './differential.ts'
import { withTiesReversed } from './planted.ts'
import { describeDifference } from './report.ts'

async function run(options: Partial<DifferentialOptions>) {
  const database = await createTestDatabase()
  try {
    return await runDifferential({
      pool: database.pool,
      url: database.url,
      seed: 5,
      count: 300,
      writeEvery: 60,
      mostDifferences: 1,
      ...options,
    })
  } finally {
    await database.drop()
  }
}

it('answers random operations identically from memory, from the database and on the fast path', async () => {
  const { differences, lanes, count } = await run({})
  expect(differences.map(describeDifference)).toEqual([])
  expect(count).toBe(300)
  expect(lanes.compiled).toBeGreaterThan(20)
}, 60_000)

it('finds a comparator that reverses ties', async () => {
  const { differences } = await run({ spoil: withTiesReversed })
  expect(differences).toHaveLength(1)
}, 60_000)
