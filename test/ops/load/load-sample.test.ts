import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../../src/domain/hash.ts'
import { loadSample, type SampleReport } from '../../../src/ops/load/load-sample.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { readAllRows } from '../../support/table-rows.ts'

let database: TestDatabase
let dataDir: string
let reports: SampleReport[]
const lines: string[] = []
const log = {
  info: (line: string) => void lines.push(line),
  warn: (line: string) => void lines.push(line),
} as Parameters<typeof loadSample>[0]['log']

beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'kb-sample-'))
  // Two servers may start at once on one data folder.
  reports = await Promise.all([1, 2].map(() => loadSample({ pool: database.pool, dataDir, log })))
}, 60_000)
afterAll(async () => {
  await database.drop()
  await rm(dataDir, { recursive: true })
})

const query = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows

describe('the sample of an empty graph', () => {
  test('is loaded once, by one of two servers, and logged in one line', () => {
    expect(reports.map(({ isLoaded }) => isLoaded).sort()).toEqual([false, true])
    expect(lines).toEqual([
      expect.stringMatching(
        /^Loaded the sample: world-countries [\d.]+, 844 entities, 1535 edges and 250 flags/,
      ),
    ])
    const report = reports.find(({ isLoaded }) => isLoaded)
    expect(report).toMatchObject({
      entities: 844,
      edges: 1535,
      media: 250,
      derivatives: 250,
      contentVersion: 1,
      backfill: { refused: [], warnings: [] },
    })
  })

  test('is loaded through the content state', async () => {
    const [row] =
      await query(`SELECT s.version, h.note, jsonb_array_length(s.state #> '{constellation,nodes}') AS nodes
      FROM admin_content_state s JOIN admin_history h USING (version)`)
    expect(row).toEqual({ version: 1, note: 'Sample: world-countries 5.1.0', nodes: 844 })
  })

  test('has every border once per pair', async () => {
    expect(
      await query(
        `SELECT source_slug AS a, target_slug AS b FROM kb_edges WHERE relation_key = 'borders' AND 'portugal' IN (source_slug, target_slug)`,
      ),
    ).toEqual([{ a: 'portugal', b: 'spain' }])
    expect(await query(`SELECT key, is_symmetric, inverse_label FROM kb_relations ORDER BY key`)).toEqual([
      { key: 'borders', is_symmetric: true, inverse_label: null },
      { key: 'has-capital', is_symmetric: false, inverse_label: 'capital of' },
      { key: 'part-of', is_symmetric: false, inverse_label: 'contains' },
      { key: 'speaks', is_symmetric: false, inverse_label: 'spoken in' },
      { key: 'uses-currency', is_symmetric: false, inverse_label: 'currency of' },
    ])
  })

  test('has a flag for every country, with the bytes described in the table', async () => {
    const flags =
      await query(`SELECT m.key, m.url, m.content_hash AS hash, m.byte_size::int AS size, m.width, m.height, m.availability,
        d.url AS small, d.content_hash AS "smallHash", d.width AS "smallWidth", d.is_stale AS "isStale"
      FROM kb_entity_media em JOIN kb_media_objects m ON m.id = em.media_id JOIN kb_media_derivatives d ON d.media_id = m.id
      JOIN kb_entities e ON e.id = em.entity_id WHERE e.kind_key = 'country' ORDER BY m.key`)
    expect(flags).toHaveLength(250)
    const portugal = flags.find(({ key }) => key === 'flags/portugal')
    expect(portugal).toMatchObject({
      width: 600,
      height: 400,
      smallWidth: 320,
      isStale: false,
      availability: 'VERIFIED',
    })
    for (const { url, hash, size, small, smallHash } of flags) {
      const bytes = await readFile(join(dataDir, url as string))
      expect([sha256Hex(bytes), bytes.length]).toEqual([hash, size])
      expect(sha256Hex(await readFile(join(dataDir, small as string)))).toBe(smallHash)
    }
  })

  test('has a source with the licence for every entity and border', async () => {
    expect(
      await query(`SELECT count(*) FILTER (WHERE s.id IS NULL)::int AS without, count(DISTINCT s.license)::int AS licences
        FROM kb_entities e LEFT JOIN kb_entity_sources s ON s.entity_id = e.id`),
    ).toEqual([{ without: 0, licences: 1 }])
    expect(
      await query(`SELECT count(*)::int AS without FROM kb_edges e WHERE relation_key = 'borders'
        AND NOT EXISTS (SELECT 1 FROM kb_entity_sources s WHERE s.edge_id = e.id)`),
    ).toEqual([{ without: 0 }])
  })

  test('is not loaded into a graph that is not empty', async () => {
    const before = await readAllRows(database.pool)
    expect(await loadSample({ pool: database.pool, dataDir, log })).toEqual({
      isLoaded: false,
      reason: 'the graph is not empty',
    })
    expect(await readAllRows(database.pool)).toEqual(before)
  })
})
