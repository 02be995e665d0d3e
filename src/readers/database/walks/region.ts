import sql, { type Sql } from 'sql-template-tag'
import { createTopology } from '../../../graph/topology/build.ts'
import type { Topology } from '../../../graph/topology/topology.ts'
import { allOf } from '../sql/batch.ts'
import type { RunStatement } from '../sql/statement.ts'

/** A part of the graph as a topology, with the names of its nodes. */
export interface Region {
  readonly topology: Topology
  readonly slugs: readonly string[]
  readonly edgeIds: readonly string[]
  numberOf(slug: string): number | undefined
}

/** An entity with one of its outgoing edges, if any. */
export interface RegionRow {
  readonly slug: string
  readonly id: string | null
  readonly relation: string | null
  readonly target: string | null
  readonly weight: number | null
  readonly symmetric: boolean | null
}

/**
 * Reads a region and its inner edges in one statement, so from one state.
 * @param tables goes after WITH RECURSIVE; may be empty
 * @param members a SELECT of the column slug
 * @param relations null for all
 */
export async function readRegion(
  run: RunStatement,
  tables: Sql | null,
  members: Sql,
  relations: readonly string[] | null,
): Promise<Region> {
  const edges = allOf([
    sql`e.source_slug = m.slug`,
    ...(relations ? [sql`e.relation_key = ANY(${[...relations]}::text[])`] : []),
  ])
  const before = tables === null ? sql`` : sql`RECURSIVE ${tables}, `
  return createRegion(
    await run<RegionRow>(
      sql`SELECT x.* FROM (WITH ${before}member AS MATERIALIZED (${members})
        SELECT m.slug, d.* FROM member m LEFT JOIN LATERAL (
          SELECT e.id, e.relation_key AS relation, e.target_slug AS target, e.weight, r.is_symmetric AS symmetric
          FROM kb_edges e JOIN member t ON t.slug = e.target_slug JOIN kb_relations r ON r.key = e.relation_key WHERE ${edges}
        ) d ON TRUE) x`,
    ),
  )
}

/** Slugs and keys are ASCII, so JavaScript sorts them as the database does. */
export function createRegion(rows: readonly RegionRow[]): Region {
  const slugs = [...new Set(rows.map(({ slug }) => slug))].sort()
  const numbers = new Map(slugs.map((slug, number) => [slug, number]))
  const found = rows.filter((row): row is RegionEdge => row.id !== null)
  const symmetric = new Map(found.map((edge) => [edge.relation, edge.symmetric]))
  const relations = [...symmetric.keys()].sort()
  const relationNumbers = new Map(relations.map((key, number) => [key, number]))
  const topology = createTopology(
    slugs.length,
    {
      sourceOf: Uint32Array.from(found, ({ slug }) => numbers.get(slug)!),
      targetOf: Uint32Array.from(found, ({ target }) => numbers.get(target)!),
      relationOf: Uint16Array.from(found, ({ relation }) => relationNumbers.get(relation)!),
    },
    Float64Array.from(found, ({ weight }) => weight ?? NaN),
    Uint8Array.from(relations, (key) => (symmetric.get(key) === true ? 1 : 0)),
  )
  return { topology, slugs, edgeIds: found.map(({ id }) => id), numberOf: (slug) => numbers.get(slug) }
}

type RegionEdge = RegionRow & { id: string; relation: string; target: string; symmetric: boolean }
