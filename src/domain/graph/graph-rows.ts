import { compareCodePoints } from '../text/code-points.ts'
import { orientEdge } from './content-hash.ts'
import type { KeyedValue } from '../diff-sorted.ts'
import type { EdgeContent, EntityContent, GraphContent } from './graph-content.ts'

export const graphRowTypes = {
  kb_kinds: 'EntityKind',
  kb_relations: 'Relation',
  kb_domains: 'Domain',
  kb_entities: 'Entity',
  kb_edges: 'GraphEdge',
} as const
export type GraphRowTable = keyof typeof graphRowTypes

export function entityRow(entity: EntityContent): KeyedValue {
  const tags = [...new Set(entity.tags)].sort(compareCodePoints)
  return { key: entity.slug, value: { ...entity, tags } }
}

export function edgeRow(edge: EdgeContent): KeyedValue {
  return {
    key: `${edge.relation}|${edge.source}|${edge.target}`,
    value: { ...edge },
  }
}

/** A complete graph's rows by table, each in key order. */
export function graphRowsOf(graph: GraphContent): Record<GraphRowTable, readonly KeyedValue[]> {
  const symmetric = new Set(graph.relations.filter(({ isSymmetric }) => isSymmetric).map(({ key }) => key))
  const edges = graph.edges.map((edge) => edgeRow(orientEdge(edge, symmetric.has(edge.relation))))
  return {
    kb_kinds: sorted(graph.kinds.map(keyed)),
    kb_relations: sorted(graph.relations.map(keyed)),
    kb_domains: sorted(graph.domains.map(keyed)),
    kb_entities: sorted(graph.entities.map(entityRow)),
    kb_edges: sorted([...new Map(edges.map((row) => [row.key, row])).values()]),
  }
}

function keyed(row: { readonly key: string }): KeyedValue {
  return { key: row.key, value: { ...row } }
}

function sorted(rows: readonly KeyedValue[]): readonly KeyedValue[] {
  return rows.toSorted((left, right) => compareCodePoints(left.key, right.key))
}
