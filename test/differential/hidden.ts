import type { Pool } from 'pg'
import { encodeGlobalId } from '../../src/domain/graph/global-id.ts'

/** Occurs in every text that {@link writeHidden} writes. */
export const word = 'quagmirewhisper'
const hash = 'b'.repeat(64)
const bytes = 'c'.repeat(64)

/** An entity, with everything attached to it, whose every text contains the word. */
export async function writeHidden(pool: Pool): Promise<void> {
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

/** Arguments that lead to it, for `askEveryField`. */
export async function argumentsFor(pool: Pool): Promise<Record<string, readonly string[]>> {
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

/** Data as text, except for removals and their keys, which the feed may report. */
export function told(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    isRemoval(value) ? { ...value, subjectKey: undefined } : value,
  )
}

function isRemoval(value: unknown): value is { readonly subjectKey: string } {
  return typeof value === 'object' && value !== null && 'operation' in value && value.operation === 'REMOVED'
}
