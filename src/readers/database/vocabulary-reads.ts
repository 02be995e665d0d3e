import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import type {
  DomainRecord,
  KindRecord,
  RelationRecord,
  TagCount,
  VocabularyReader,
} from '../vocabulary-reader.ts'
import type { FacetBucket } from '../graph-reader.ts'
import { readByKey, type Batch } from './sql/batch.ts'
import { countComponents } from './walks/components.ts'
import { visibleEdges } from './edge-reads.ts'
import type { GraphHash } from './graph-hash.ts'
import type { RunStatement } from './sql/statement.ts'
import { type View, visible } from './sql/view.ts'

const kindColumns = sql`key, label, description, iri, attribute_schema AS "attributeSchema"`
const relationColumns = sql`key, label, inverse_label AS "inverseLabel", description, is_symmetric AS "isSymmetric", iri, source_kinds AS "sourceKinds", target_kinds AS "targetKinds"`
const domainColumns = sql`key, label, color`
const published = sql`kb_entities e WHERE ${visible('e')}`

export function createVocabularyReads(
  run: RunStatement,
  batch: Batch,
  pool: Pool,
  graphHash: GraphHash,
  view: View,
): VocabularyReader {
  /** A row of a small table by key; foreign keys guarantee it. */
  const one = <Row>(
    table: string,
    key: string,
    read: (keys: string[]) => Promise<(Row & { batch_key: string })[]>,
  ) => batch(table, key, (keys) => readByKey(keys, read)).then((row) => row as Row)
  const countOf = (shape: string, key: string, read: (keys: string[]) => Promise<CountRow[]>) =>
    batch(shape, key, (keys) => readByKey(keys, read)).then((row) => row?.count ?? 0)
  return {
    kinds: () => run<KindRecord>(sql`SELECT ${kindColumns} FROM kb_kinds ORDER BY key`),
    relations: () => run<RelationRecord>(sql`SELECT ${relationColumns} FROM kb_relations ORDER BY key`),
    domains: () => run<DomainRecord>(sql`SELECT ${domainColumns} FROM kb_domains ORDER BY position, key`),
    kind: (key) =>
      one<KindRecord>('kind', key, (keys) =>
        run(sql`SELECT key AS batch_key, ${kindColumns} FROM kb_kinds WHERE key = ANY(${keys}::text[])`),
      ),
    relation: (key) =>
      one<RelationRecord>('relation', key, (keys) =>
        run(
          sql`SELECT key AS batch_key, ${relationColumns} FROM kb_relations WHERE key = ANY(${keys}::text[])`,
        ),
      ),
    domain: (key) =>
      one<DomainRecord>('domain', key, (keys) =>
        run(sql`SELECT key AS batch_key, ${domainColumns} FROM kb_domains WHERE key = ANY(${keys}::text[])`),
      ),
    countOfKind: (key) =>
      countOf('countOfKind', key, (keys) =>
        run(
          sql`SELECT e.kind_key AS batch_key, count(*) FROM ${published} AND e.kind_key = ANY(${keys}::text[]) GROUP BY 1`,
        ),
      ),
    countOfRelation: (key) =>
      countOf('countOfRelation', key, (keys) =>
        run(
          sql`SELECT e.relation_key AS batch_key, count(*) FROM ${visibleEdges} WHERE e.relation_key = ANY(${keys}::text[]) GROUP BY 1`,
        ),
      ),
    countOfDomain: (key) =>
      countOf('countOfDomain', key, (keys) =>
        run(
          sql`SELECT e.domain_key AS batch_key, count(*) FROM ${published} AND e.domain_key = ANY(${keys}::text[]) GROUP BY 1`,
        ),
      ),
    tags: (startsWith, limit) =>
      run<TagCount>(
        sql`SELECT g.tag, count(*) FROM kb_entity_tags g JOIN ${sql`kb_entities e ON e.id = g.entity_id AND ${visible('e')}`} WHERE starts_with(g.tag, ${startsWith ?? ''}) GROUP BY g.tag ORDER BY count DESC, g.tag LIMIT ${limit}`,
      ),
    async statistics() {
      const [totals] = await run<{
        entityCount: number
        edgeCount: number
        isolatedCount: number
        now: string
      }>(
        sql`SELECT (SELECT count(*) FROM ${published}) AS "entityCount", (SELECT count(*) FROM ${visibleEdges}) AS "edgeCount",
          (SELECT count(*) FROM ${published} AND NOT EXISTS (SELECT FROM kb_edges d JOIN kb_entities o ON o.slug = d.target_slug AND ${visible('o')} WHERE d.source_slug = e.slug)
            AND NOT EXISTS (SELECT FROM kb_edges d JOIN kb_entities o ON o.slug = d.source_slug AND ${visible('o')} WHERE d.target_slug = e.slug)) AS "isolatedCount",
          now()`,
      )
      const [byKind, byRelation, byDomain] = await Promise.all([
        run<FacetBucket>(
          sql`SELECT v.key AS value, v.label, count(*) FROM kb_entities e JOIN kb_kinds v ON v.key = e.kind_key WHERE ${visible('e')} GROUP BY v.key ORDER BY count DESC, value`,
        ),
        run<FacetBucket>(
          sql`SELECT v.key AS value, v.label, count(*) FROM ${visibleEdges} JOIN kb_relations v ON v.key = e.relation_key GROUP BY v.key ORDER BY count DESC, value`,
        ),
        run<FacetBucket>(
          sql`SELECT v.key AS value, v.label, count(*) FROM kb_entities e JOIN kb_domains v ON v.key = e.domain_key WHERE ${visible('e')} GROUP BY v.key ORDER BY count DESC, value`,
        ),
      ])
      const { now, ...counts } = totals!
      return { ...counts, byKind, byRelation, byDomain, computedAt: now }
    },
    componentCount: () => countComponents(pool, view),
    graphHash: () => graphHash().then(({ hash }) => hash),
    async graphVersion() {
      const [row] = await run<{ version: number }>(sql`SELECT version FROM kb_graph_version`)
      return row!.version
    },
  }
}

interface CountRow {
  readonly batch_key: string
  readonly count: number
}
