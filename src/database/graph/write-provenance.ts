import { compareCodePoints } from '../../domain/text/code-points.ts'
import type { RunContent, SourceContent } from '../../domain/graph/graph-content.ts'
import type { CopyValue } from '../tables/copy-rows.ts'
import type { GraphCounts } from './counts.ts'
import { countRows, refuseIfAny, type Rows, type WriteContext } from './writer-context.ts'
import { mergeTable } from '../tables/merge-table.ts'
import { keyType, stageRows } from '../tables/stage-rows.ts'

const runColumns = {
  key: keyType,
  tool: 'text',
  tool_version: 'text',
  agent: 'text',
  git_commit: 'text',
  input_hash: 'text',
  output_hash: 'text',
  parameters: 'jsonb',
}

/** Writes provenance runs by key. A run that changes nothing keeps its times. */
export async function writeRuns({ client }: WriteContext, runs: Iterable<RunContent>): Promise<GraphCounts> {
  const rows = Array.from(runs, (run) => [
    run.key,
    run.tool,
    run.toolVersion,
    run.agent,
    run.gitCommit,
    run.inputHash,
    run.outputHash,
    run.parameters === null ? null : JSON.stringify(run.parameters),
  ])
  await stageRows(client, 'kb_stage_runs', runColumns, rows)
  const [key, ...compare] = Object.keys(runColumns) as [string, ...string[]]
  const counts = await mergeTable(client, {
    table: 'kb_provenance_runs',
    from: `(SELECT *, 'SUCCEEDED'::kb_run_status AS status, now() AS started_at, clock_timestamp() AS ended_at FROM pg_temp.kb_stage_runs)`,
    key: [key],
    columns: [...compare, 'status', 'started_at', 'ended_at'],
    compare,
  })
  return { kb_provenance_runs: counts }
}

const sourceColumns = {
  entity_slug: keyType,
  edge_source: keyType,
  edge_relation: keyType,
  edge_target: keyType,
  run_key: keyType,
  uri: keyType,
  locator: 'text',
  title: 'text',
  retrieved_at: 'timestamptz',
  document_hash: 'text',
  license: 'text',
  excerpt: 'text',
  supports: 'text[]',
  confidence: 'double precision',
  rank: 'kb_source_rank',
}
const content = [
  'run_id',
  'title',
  'retrieved_at',
  'document_hash',
  'license',
  'excerpt',
  'supports',
  'confidence',
  'rank',
]

/** Writes sources. A source is identified by subject, `uri` and `locator`. */
export async function writeSources(
  context: WriteContext,
  sources: Rows<SourceContent>,
): Promise<GraphCounts> {
  const { client } = context
  const rows = toRows(countRows(context, 'kb_entity_sources', sources))
  await stageRows(client, 'kb_stage_sources', sourceColumns, rows, context.signal)
  await refuseIfAny(
    client,
    'SELECT DISTINCT run_key FROM pg_temp.kb_stage_sources EXCEPT SELECT key FROM kb_provenance_runs',
    (keys) => `No provenance run has the key ${keys}. Write the runs before the sources.`,
  )
  // Resolved once to the subject's id, so that a single hash join finds existing rows.
  await client.query(
    `DROP TABLE IF EXISTS pg_temp.kb_stage_sources_found;
     CREATE TEMPORARY TABLE kb_stage_sources_found ON COMMIT DROP AS
       SELECT DISTINCT ON (subject_id, s.uri, coalesce(s.locator, ''))
         s.ord, s.entity_slug, coalesce(e.id, g.id) AS subject_id, e.id AS entity_id, g.id AS edge_id, t.id AS found_id, s.uri, s.locator,
         r.id AS run_id, s.title, s.retrieved_at, s.document_hash, s.license, s.excerpt, s.supports, s.confidence, s.rank,
         (${content.map((name) => `t.${name}`).join(', ')}) IS NOT DISTINCT FROM
           (r.id, ${content
             .slice(1)
             .map((name) => `s.${name}`)
             .join(', ')}) AS is_same
       FROM pg_temp.kb_stage_sources s
       JOIN kb_provenance_runs r ON r.key = s.run_key
       LEFT JOIN kb_entities e ON e.slug = s.entity_slug
       LEFT JOIN kb_edges g ON g.source_slug = s.edge_source AND g.relation_key = s.edge_relation AND g.target_slug = s.edge_target
       LEFT JOIN kb_entity_sources t
         ON coalesce(t.entity_id, t.edge_id) = coalesce(e.id, g.id) AND t.uri = s.uri AND coalesce(t.locator, '') = coalesce(s.locator, '')
       ORDER BY subject_id, s.uri, coalesce(s.locator, ''), s.ord, t.id`,
  )
  await refuseIfAny(
    client,
    `SELECT coalesce(s.entity_slug, s.uri) FROM pg_temp.kb_stage_sources_found s WHERE subject_id IS NULL`,
    (subjects) => `Sources speak of entities or edges that are not there: ${subjects}.`,
  )
  return { kb_entity_sources: await mergeSources(client) }
}

async function mergeSources(client: WriteContext['client']): Promise<GraphCounts[string]> {
  const found = await client.query<{ total: number; missing: number; different: number }>(
    `SELECT count(*)::int AS total, count(*) FILTER (WHERE found_id IS NULL)::int AS missing,
       count(*) FILTER (WHERE found_id IS NOT NULL AND NOT is_same)::int AS different FROM pg_temp.kb_stage_sources_found`,
  )
  const { total, missing, different } = found.rows[0] as { total: number; missing: number; different: number }
  const columns = ['uri', 'locator', ...content].join(', ')
  if (missing > 0) {
    await client.query(
      `INSERT INTO kb_entity_sources (entity_id, edge_id, ${columns})
       SELECT entity_id, edge_id, ${columns} FROM pg_temp.kb_stage_sources_found WHERE found_id IS NULL`,
    )
  }
  if (different > 0) {
    await client.query(
      `UPDATE kb_entity_sources t SET ${content.map((name) => `${name} = s.${name}`).join(', ')}
       FROM pg_temp.kb_stage_sources_found s WHERE t.id = s.found_id AND NOT s.is_same`,
    )
  }
  return { inserted: missing, updated: different, deleted: 0, unchanged: total - missing - different }
}

async function* toRows(sources: AsyncIterable<SourceContent>): AsyncGenerator<readonly CopyValue[]> {
  for await (const source of sources) {
    const { entity, edge } = { entity: null, edge: null, ...source.subject }
    yield [
      entity,
      edge?.source ?? null,
      edge?.relation ?? null,
      edge?.target ?? null,
      source.run,
      source.uri,
      source.locator,
      source.title,
      source.retrievedAt,
      source.documentHash,
      source.license,
      source.excerpt,
      [...new Set(source.supports)].sort(compareCodePoints),
      source.confidence,
      source.rank,
    ]
  }
}
