import type { ClientBase } from 'pg'
import type { KeyedValue } from '../../domain/diff-sorted.ts'
import { edgeRow, entityRow, type GraphRowTable } from '../../domain/graph/graph-rows.ts'
import type { EdgeContent, EntityContent } from '../../domain/graph/graph-content.ts'
import { readByCursor } from '../connection/read-by-cursor.ts'

/** The graph's tables without ids, times and revisions: the columns a content hash covers. */
const statements: Readonly<Record<GraphRowTable, string>> = {
  kb_kinds: `SELECT key, label, description, iri, attribute_schema AS "attributeSchema" FROM kb_kinds ORDER BY key COLLATE "C"`,
  kb_relations: `SELECT key, label, inverse_label AS "inverseLabel", description, is_symmetric AS "isSymmetric", iri,
    source_kinds AS "sourceKinds", target_kinds AS "targetKinds" FROM kb_relations ORDER BY key COLLATE "C"`,
  kb_domains: `SELECT key, label, color, position FROM kb_domains ORDER BY key COLLATE "C"`,
  kb_entities: `SELECT slug, kind_key AS kind, domain_key AS domain, title, summary, url, status, attributes, weight,
      CASE WHEN position_x IS NULL THEN NULL ELSE json_build_object('x', position_x, 'y', position_y) END AS position,
      coalesce((SELECT json_agg(tag) FROM kb_entity_tags t WHERE t.entity_id = e.id), '[]') AS tags
    FROM kb_entities e ORDER BY slug COLLATE "C"`,
  kb_edges: `SELECT relation_key AS relation, source_slug AS source, target_slug AS target, label, weight, attributes
    FROM kb_edges ORDER BY (relation_key || '|' || source_slug || '|' || target_slug) COLLATE "C"`,
}

/** Streams a table's rows, including drafts, as plain content ordered by key. Needs a transaction. */
export async function* readGraphRows(
  client: ClientBase,
  table: GraphRowTable,
): AsyncGenerator<KeyedValue, void, void> {
  for await (const row of readByCursor<object>(client, statements[table])) {
    if (table === 'kb_entities') yield entityRow(row as EntityContent)
    else if (table === 'kb_edges') yield edgeRow(row as EdgeContent)
    else yield { key: (row as { key: string }).key, value: row as KeyedValue['value'] }
  }
}
