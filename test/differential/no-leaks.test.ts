import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { writeSmallGraph } from '../support/small-graph.ts'
import { askEveryField, type EveryField } from './every-field.ts'
import { argumentsFor, told, word, writeHidden } from './hidden.ts'
import { startThreeWays, type ThreeWays } from './three-ways.ts'

let database: TestDatabase
let ways: ThreeWays
let asked: EveryField
let values: Record<string, readonly string[]>
beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  await writeHidden(database.pool)
  ways = await startThreeWays({ ...database, env: { KB_MAX_COST: '1000000000', KB_MAX_DEPTH: '30' } })
  values = await argumentsFor(database.pool)
  const { documents, coordinates } = askEveryField(ways.schema, values)
  // Few of these compile as a whole, so ask the fast path separately.
  const lane = askEveryField(ways.schema, values, ways.laneFields)
  asked = { documents: [...documents, ...lane.documents], coordinates }
})
afterAll(async () => {
  await ways.stop()
  await database.drop()
})

/** Documents whose responses contain the word, by way. */
async function seen(documents = asked.documents): Promise<{ times: Record<string, number>; where: string[]; errors: string[] }> {
  await ways.catchUp()
  const times: Record<string, number> = { compiled: 0, memory: 0, memoryAgain: 0, database: 0, databaseAgain: 0 }
  const where: string[] = []
  const errors: string[] = []
  for (const text of documents) {
    const { lane: _, ...answers } = await ways.ask({ text, document: ways.parse(text), variables: {} })
    for (const { message } of (JSON.parse(answers.database) as { errors?: { message: string }[] }).errors ?? [])
      errors.push(`${message}: ${text.slice(0, 80)}`)
    // Error messages may quote the query.
    for (const [way, body] of Object.entries(answers))
      if (body !== null && told((JSON.parse(body) as { data?: unknown }).data ?? null).includes(word)) {
        times[way]!++
        where.push(`${way}: ${text.slice(0, 80)}`)
      }
  }
  return { times, where, errors }
} // prettier-ignore

/** The documents as of a moment, where supported. */
const askedAsOf = (moment: string) =>
  askEveryField(ways.schema, { ...values, asOf: [`{ at: "${moment}" }`] }).documents.filter((text) =>
    text.includes('asOf:'),
  )

const set = (status: string) =>
  database.pool.query(`UPDATE kb_entities SET status = $2::kb_publication_status, revision = revision + 1 WHERE slug = $1`, [
    `${word}-x`,
    status,
  ]) // prettier-ignore

it('queries every public field', () => {
  const named = Object.values(ways.schema.getTypeMap()).filter((type) => type.name === 'Entity')
  expect(asked.coordinates.size).toBeGreaterThan(250)
  for (const type of named)
    for (const name of Object.keys('getFields' in type ? type.getFields() : {}))
      expect(asked.coordinates).toContain(`Entity.${name}`)
})

it('hides drafts, shows published entities, and hides them again once withdrawn', async () => {
  expect((await seen()).where).toEqual([])
  await set('PUBLISHED')
  const published = await seen()
  // A failing field would hide others.
  expect(published.errors).toEqual([])
  // The test can fail: each way shows it now.
  for (const [way, times] of Object.entries(published.times))
    expect(times, way).toBeGreaterThan(way === 'compiled' ? 0 : 20)
  const moment = new Date().toISOString()
  await new Promise((resolve) => setTimeout(resolve, 5))
  const past = askedAsOf(moment)
  expect((await seen(past)).where.length).toBeGreaterThan(10)
  await set('DRAFT')
  expect((await seen()).where).toEqual([])
  expect((await seen(past)).where).toEqual([])
  await set('PUBLISHED')
  await ways.catchUp()
  await set('ARCHIVED')
  expect((await seen()).where).toEqual([])
  await set('PUBLISHED')
  await ways.catchUp()
  await database.pool.query(`DELETE FROM kb_edges WHERE source_slug = $1 OR target_slug = $1`, [`${word}-x`])
  await database.pool.query(`DELETE FROM kb_entities WHERE slug = $1`, [`${word}-x`])
  expect((await seen()).where).toEqual([])
}, 120_000)
