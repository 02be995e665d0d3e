import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markEnvironment } from '../../../src/database/access/environment.ts'
import { normalizeConstellation } from '../../../src/domain/constellation/constellation.ts'
import { graphRowsOf } from '../../../src/domain/graph/graph-rows.ts'
import type { JsonObject } from '../../../src/domain/json/value.ts'
import { repairConstellation } from '../../../src/domain/constellation/repair.ts'
import { applyJsonPatch } from '../../../src/domain/json/patch.ts'
import { repairIntake } from '../../../src/ops/content/repair-intake.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'

const payload = {
  nodes: [{ id: 'Köln', own: 1 }, { summary: 'nobody' }, { id: 'Köln', own: 2 }, 'text', { id: 'Bonn' }],
  edges: [
    { source: 'Köln', target: 'Bonn' },
    { source: 'Köln', target: 'Atlantis' },
  ],
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const { storage } = createOpsContext(database)
  const change = { state: { constellation: payload, editor: { kept: true } } }
  await createContentStore(storage.driver).save({ change, expectedVersion: 0, actor: 'ada' })
})
afterAll(() => database.drop())

describe('the repair of intake output', () => {
  test.each(['unmarked', 'production'] as const)(
    'refuses a database that is %s and writes nothing',
    async (name) => {
      if (name !== 'unmarked') await markEnvironment(database.pool, name, 'test')
      const ctx = createOpsContext(database)
      expect(await repairIntake(ctx, { apply: true })).toMatchObject({
        status: 'refused',
        findings: [{ code: 'operation.wrong-target' }],
      })
      expect(await ctx.storage.driver.countVersions()).toBe(1)
    },
  )

  test('shows what it would remove; applied, it saves a version the graph accepts completely; a second time, nothing', async () => {
    await markEnvironment(database.pool, 'fixture', 'test')
    const ctx = createOpsContext(database)
    const dry = await repairIntake(ctx, {})
    expect(dry).toMatchObject({
      status: 'succeeded',
      outcome: 'WARN',
      report: { removed: expect.any(Array) as unknown },
    })
    expect(await ctx.storage.driver.countVersions()).toBe(1)
    const applied = await repairIntake(ctx, { apply: true })
    expect(applied.resultHash).toBe(dry.resultHash)
    const after = await ctx.storage.driver.read()
    expect(after).toMatchObject({ version: 2, hash: applied.resultHash, state: { editor: { kept: true } } })
    const repaired = after!.state['constellation'] as JsonObject
    expect(normalizeConstellation(repaired).refused).toEqual([])
    expect(repaired['nodes']).toEqual([
      { id: 'Köln', own: 1, slug: 'koln' },
      { id: 'text', slug: 'text' },
      { id: 'Bonn', slug: 'bonn' },
    ])
    expect(await repairIntake(ctx, { apply: true })).toMatchObject({
      outcome: 'PASS',
      report: { version: 2 },
    })
  })
})

const id = fc.constantFrom('a', 'A', 'Ä b', '日本', '', '7', 'same')
const node = fc.oneof(
  fc.constant({ id: 'same', title: 'Same' }),
  fc.record(
    { id, title: fc.string(), domain: id, x: fc.integer(), extra: fc.jsonValue() },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
)
const edge = fc.record({ source: id, target: id, relation: id }, { requiredKeys: [] })

test('a repaired payload yields the same graph without rejections', () => {
  fc.assert(
    fc.property(fc.record({ nodes: fc.array(node), edges: fc.array(edge) }), (given) => {
      const before = JSON.parse(JSON.stringify(given)) as JsonObject
      const { patch } = repairConstellation(before)
      const after = applyJsonPatch(before, patch)
      const [left, right] = [normalizeConstellation(before), normalizeConstellation(after)]
      expect(right.refused).toEqual([])
      expect(graphRowsOf(right)).toEqual(graphRowsOf(left))
    }),
    // A title that makes a slug which is another node's id.
    { numRuns: 500, examples: [[{ nodes: [{ id: '7', title: '!' }, { title: '7' }], edges: [] }]] },
  )
})
