import type { ClientBase, Pool } from 'pg'
import { withTransaction } from '../../database/connection/transaction.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import type { ConstellationReader } from '../constellation-reader.ts'
import type { GraphHash } from './graph-hash.ts'

const rowsAtOnce = 2000

/** Reads the constellation from one database snapshot, fetching rows as they are consumed. */
export function createConstellationReads(pool: Pool, graphHash: GraphHash): ConstellationReader {
  return {
    withConstellation: (use) =>
      withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
        const { hash } = await graphHash(client)
        return use({ graphHash: hash, chunks: readChunks(client, hash) })
      }),
  }
}

// Ids derive from natural keys, so that equal graphs give equal bytes everywhere, as the strong ETag promises.
interface NodeRow {
  readonly slug: string
  readonly title: string
  readonly kind: string
  readonly domain: string | null
  readonly summary: string | null
  readonly tags: readonly string[] | null
  readonly x: number | null
  readonly y: number | null
  readonly weight: number | null
}
const nodesSql = `
  SELECT e.slug, e.title, e.kind_key AS kind, e.domain_key AS domain, e.summary, t.tags,
    e.position_x AS x, e.position_y AS y, e.weight
  FROM kb_entities e
  LEFT JOIN (SELECT entity_id, json_agg(tag ORDER BY tag) AS tags FROM kb_entity_tags GROUP BY entity_id) t
    ON t.entity_id = e.id
  WHERE e.status = 'PUBLISHED' ORDER BY e.slug`
const toNode = ({ tags, x, y, weight, ...row }: NodeRow) => ({
  id: row.slug,
  ...row,
  tags: tags ?? [],
  ...(x !== null && y !== null && { x, y }),
  ...(weight !== null && { weight }),
})

interface EdgeRow {
  readonly source: string
  readonly target: string
  readonly relation: string
  readonly weight: number | null
}
const edgesSql = `
  SELECT e.source_slug AS source, e.target_slug AS target, e.relation_key AS relation, e.weight
  FROM kb_edges e
  JOIN kb_entities s ON s.slug = e.source_slug AND s.status = 'PUBLISHED'
  JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED'
  ORDER BY e.relation_key, e.source_slug, e.target_slug`
const toEdge = ({ weight, ...row }: EdgeRow) => ({
  // Keys contain no bar, so ids are unique.
  id: `${row.source}|${row.relation}|${row.target}`,
  ...row,
  ...(weight !== null && { weight }),
})

interface DomainRow {
  readonly key: string
  readonly label: string
  readonly color: string | null
  readonly count: number
}
const domainsSql = `
  SELECT d.key, d.label, d.color, count(e.id)::int AS count
  FROM kb_domains d LEFT JOIN kb_entities e ON e.domain_key = d.key AND e.status = 'PUBLISHED'
  GROUP BY d.key ORDER BY d.position, d.key`
const toDomain = ({ key, label, color, count }: DomainRow) => ({
  key,
  label,
  ...(color !== null && { color }),
  count,
})

const changedSql = `
  SELECT coalesce(
    greatest((SELECT max(updated_at) FROM kb_entities WHERE status = 'PUBLISHED'), (
      SELECT max(e.updated_at) FROM kb_edges e
      JOIN kb_entities s ON s.slug = e.source_slug AND s.status = 'PUBLISHED'
      JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED')),
    (SELECT changed_at FROM kb_graph_version), now())::text AS changed`

async function* readChunks(client: ClientBase, graphHash: string): AsyncGenerator<string, void, void> {
  const nodes = { count: 0 }
  const edges = { count: 0 }
  // All rows are needed: plan for the total cost, and sort in memory.
  await client.query(`SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '64MB'`)
  yield '{"nodes":['
  yield* readList(client, nodesSql, toNode, nodes)
  yield '],"edges":['
  yield* readList(client, edgesSql, toEdge, edges)
  yield '],"domains":['
  yield* readList(client, domainsSql, toDomain, { count: 0 })
  const { rows } = await client.query<{ changed: string }>(changedSql)
  const meta = {
    nodeCount: nodes.count,
    edgeCount: edges.count,
    graphHash,
    generatedAt: toRfc3339(rows[0]!.changed),
    source: 'database',
  }
  yield `],"meta":${JSON.stringify(meta)}}`
}

async function* readList<Row extends object>(
  client: ClientBase,
  sql: string,
  toItem: (row: Row) => object,
  tally: { count: number },
): AsyncGenerator<string, void, void> {
  const fetchRows = () => {
    const fetched = client.query<Row>(`FETCH ${rowsAtOnce} FROM constellation_rows`)
    // If the client leaves early, nobody awaits this fetch.
    fetched.catch(() => undefined)
    return fetched
  }
  await client.query(`DECLARE constellation_rows NO SCROLL CURSOR FOR ${sql}`)
  // Fetch the next rows while writing these.
  for (let next = fetchRows(); ;) {
    const { rows } = await next
    if (rows.length === 0) break
    next = fetchRows()
    const text = rows.map((row) => JSON.stringify(toItem(row))).join(',')
    yield tally.count === 0 ? text : `,${text}`
    tally.count += rows.length
  }
  await client.query('CLOSE constellation_rows')
}
