import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeGlobalId } from '../../src/domain/global-id.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { writeSmallGraph } from '../support/small-graph.ts'
import { askEveryField, type EveryField } from './every-field.ts'
import { startThreeWays, type ThreeWays } from './three-ways.ts'

const word = 'quagmirewhisper'
const hash = 'b'.repeat(64)
const bytes = 'c'.repeat(64)

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
  // Few of these are compiled whole; the fast lane is asked for what it compiles.
  const lane = askEveryField(ways.schema, values, ways.laneFields)
  asked = { documents: [...documents, ...lane.documents], coordinates }
})
afterAll(async () => {
  await ways.stop()
  await database.drop()
})

/** An entity whose every text holds the word, and what hangs on it. */
async function writeHidden(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, summary, url, status, attributes, content_hash)
     VALUES ($1, 'country', $2, $2, 'https://example.org/' || $1, 'DRAFT', jsonb_build_object('note', $2::text), $3)`,
    [`${word}-x`, `The ${word}`, hash],
  )
  await pool.query(`INSERT INTO kb_entity_tags SELECT id, $2 FROM kb_entities WHERE slug = $1`, [`${word}-x`, `tag ${word}`])
  await pool.query(
    `INSERT INTO kb_edges (relation_key, source_slug, target_slug, label, attributes, content_hash)
     VALUES ('borders', $1, 'portugal', $2, jsonb_build_object('note', $2::text), $3), ('knows', 'spain', $1, $2, '{}', $3), ('knows', $1, $1, $2, '{}', $3)`,
    [`${word}-x`, word, hash],
  )
  await pool.query(
    `INSERT INTO kb_entity_sources (entity_id, run_id, uri, title, locator, excerpt, license)
     SELECT e.id, r.id, 'https://example.org/' || $1, $1, $1, $1, 'https://example.org/' || $1 FROM kb_entities e, kb_provenance_runs r WHERE e.slug = $2 AND r.key = 'import/1'`,
    [word, `${word}-x`],
  )
  await pool.query(
    `INSERT INTO kb_entity_sources (edge_id, run_id, uri, title) SELECT d.id, r.id, 'https://example.org/edge/' || $1, $1 FROM kb_edges d, kb_provenance_runs r WHERE d.label = $1 AND r.key = 'edit/2'`,
    [word],
  )
  await pool.query(
    `INSERT INTO kb_entity_media (entity_id, media_id) SELECT e.id, m.id FROM kb_entities e, kb_media_objects m WHERE e.slug = $1`,
    [`${word}-x`],
  )
  // What nothing else shows or names.
  await pool.query(
    `INSERT INTO kb_media_objects (key, kind, url, mime_type, alt, caption, credit, license, content_hash)
     VALUES ($1, 'IMAGE', 'https://example.org/' || $2, 'image/png', $2, $2, $2, 'https://example.org/' || $2, $3)`,
    [`${word}/x`, word, bytes],
  )
  await pool.query(
    `INSERT INTO kb_media_derivatives (media_id, preset, url, mime_type, recipe_hash) SELECT id, 'w160', url || '-160', 'image/webp', $2 FROM kb_media_objects WHERE key = $1`,
    [`${word}/x`, hash],
  )
  await pool.query(
    `INSERT INTO kb_entity_media (entity_id, media_id, position) SELECT e.id, m.id, 9 FROM kb_entities e, kb_media_objects m WHERE e.slug = $1 AND m.key = $2`,
    [`${word}-x`, `${word}/x`],
  )
  await pool.query(
    `INSERT INTO kb_provenance_runs (key, tool, tool_version, agent, status, parameters) VALUES ($1, $2, $2, $2, 'SUCCEEDED', jsonb_build_object('note', $2::text))`,
    [`${word}/x`, word],
  )
  await pool.query(
    `INSERT INTO kb_entity_sources (entity_id, run_id, uri) SELECT e.id, r.id, 'https://example.org/run' FROM kb_entities e, kb_provenance_runs r WHERE e.slug = $1 AND r.key = $2`,
    [`${word}-x`, `${word}/x`],
  )
  await pool.query(
    `INSERT INTO kb_workflow_steps (workflow_id, position, title, entity_id) SELECT w.id, 9, 'Last', e.id FROM kb_workflows w, kb_entities e WHERE w.slug = 'review' AND e.slug = $1`,
    [`${word}-x`],
  )
  await pool.query(`INSERT INTO kb_redirects (slug, entity_id) SELECT 'former-name', id FROM kb_entities WHERE slug = $1`, [`${word}-x`])
} // prettier-ignore

async function argumentsFor(pool: Pool): Promise<Record<string, readonly string[]>> {
  const ids = async (type: Parameters<typeof encodeGlobalId>[0], sql: string) =>
    (await pool.query<{ id: string }>(sql, [word])).rows.map(({ id }) => JSON.stringify(encodeGlobalId(type, id)))
  const entityIds = await ids('Entity', `SELECT id FROM kb_entities WHERE slug LIKE $1 || '%'`)
  const edgeIds = await ids('GraphEdge', 'SELECT id FROM kb_edges WHERE label = $1')
  const sourceIds = await ids('EntitySource', 'SELECT id FROM kb_entity_sources WHERE title = $1')
  const revisionIds = await ids('EntityRevision', `SELECT position::text AS id FROM kb_changes WHERE subject_key LIKE $1 || '%'`)
  const stepIds = await ids('WorkflowStep', `SELECT id FROM kb_workflow_steps WHERE title = 'Last' AND $1 <> ''`)
  const mediaIds = await ids('MediaObject', 'SELECT id FROM kb_media_objects WHERE alt = $1')
  const derivativeIds = await ids('MediaDerivative', `SELECT id FROM kb_media_derivatives WHERE url LIKE '%' || $1 || '%'`)
  const runIds = await ids('ProvenanceRun', 'SELECT id FROM kb_provenance_runs WHERE tool = $1')
  const all = [...mediaIds, ...derivativeIds, ...runIds, ...entityIds, ...edgeIds, ...sourceIds, ...revisionIds, ...stepIds]
  const entity = [`{ slug: "${word}-x" }`, `{ id: ${entityIds[0]!} }`, `{ url: "https://example.org/${word}-x" }`, '{ slug: "former-name" }', '{ slug: "portugal" }', '{ slug: "spain" }']
  return {
    first: ['15'],
    limit: ['100'],
    'entity.by': entity,
    'shortestPath.from': ['{ slug: "portugal" }', ...entity],
    'shortestPath.to': [`{ slug: "${word}-x" }`, '{ slug: "spain" }'],
    'paths.from': ['{ slug: "portugal" }', ...entity],
    'paths.to': [`{ slug: "${word}-x" }`, '{ slug: "spain" }'],
    'subgraph.input': ['{}', `{ seeds: [{ slug: "${word}-x" }], depth: 3 }`, '{ seeds: [{ slug: "portugal" }], depth: 3 }'],
    'node.id': all,
    'nodes.ids': [`[${all.join(', ')}]`],
    'edge.id': edgeIds,
    'media.by': ['{ key: "flag/pt" }', `{ key: "${word}/x" }`, `{ contentHash: "${bytes}" }`],
    'workflow.by': ['{ slug: "review" }'],
    'provenanceRun.by': ['{ key: "import/1" }', '{ key: "edit/2" }', `{ key: "${word}/x" }`],
    'changes.first': ['100'],
    'graphDiff.from': ['{ at: "2020-01-01T00:00:00Z" }'],
    'search.query': [word, `the ${word}`, word.replace('q', 'k')].map((text) => JSON.stringify(text)),
    'search.mode': ['LEXICAL', 'LEXICAL', 'FUZZY'],
    'suggest.prefix': [JSON.stringify(word.slice(0, 5)), JSON.stringify(`The ${word.slice(0, 4)}`)],
    'facets.by': ['[KIND, DOMAIN, TAG, STATUS, SOURCE]'],
    'tags.startsWith': ['"tag"'],
    maxDepth: ['5'],
    pointer: ['"/note"'],
  }
} // prettier-ignore

/** Documents in whose answers the word stands, by the way that answered. */
async function seen(documents = asked.documents): Promise<{ times: Record<string, number>; where: string[]; errors: string[] }> {
  await ways.catchUp()
  const times: Record<string, number> = { compiled: 0, memory: 0, memoryAgain: 0, database: 0, databaseAgain: 0 }
  const where: string[] = []
  const errors: string[] = []
  for (const text of documents) {
    const { lane: _, ...answers } = await ways.ask({ text, document: ways.parse(text), variables: {} })
    for (const { message } of (JSON.parse(answers.database) as { errors?: { message: string }[] }).errors ?? [])
      errors.push(`${message}: ${text.slice(0, 80)}`)
    // What was asked for may be told in the message of an error.
    for (const [way, body] of Object.entries(answers))
      if (body !== null && told((JSON.parse(body) as { data?: unknown }).data ?? null).includes(word)) {
        times[way]!++
        where.push(`${way}: ${text.slice(0, 80)}`)
      }
  }
  return { times, where, errors }
} // prettier-ignore

/** The feed says that something went, and under which key. */
function told(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    isRemoval(value) ? { ...value, subjectKey: undefined } : value,
  )
}

function isRemoval(value: unknown): value is { readonly subjectKey: string } {
  return typeof value === 'object' && value !== null && 'operation' in value && value.operation === 'REMOVED'
}

/** The documents as of a moment, where they can be asked so. */
const askedAsOf = (moment: string) =>
  askEveryField(ways.schema, { ...values, asOf: [`{ at: "${moment}" }`] }).documents.filter((text) =>
    text.includes('asOf:'),
  )

const set = (status: string) =>
  database.pool.query(`UPDATE kb_entities SET status = $2::kb_publication_status, revision = revision + 1 WHERE slug = $1`, [
    `${word}-x`,
    status,
  ]) // prettier-ignore

it('asks for every public field', () => {
  const named = Object.values(ways.schema.getTypeMap()).filter((type) => type.name === 'Entity')
  expect(asked.coordinates.size).toBeGreaterThan(250)
  for (const type of named)
    for (const name of Object.keys('getFields' in type ? type.getFields() : {}))
      expect(asked.coordinates).toContain(`Entity.${name}`)
})

it('shows nothing of an entity while it is a draft, all of it when it is published, and nothing after that', async () => {
  expect((await seen()).where).toEqual([])
  await set('PUBLISHED')
  const published = await seen()
  // Where one field fails, others are not looked at.
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
