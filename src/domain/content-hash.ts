import { compareCodePoints } from './code-points.ts'
import type { EdgeContent, EdgeKey, EntityContent } from './graph-content.ts'
import { hashJson, sha256Hex } from './hash.ts'

/** The hash that makes an entity's content one value in every store. Tags are a set: their order does not count. */
export function hashEntity(entity: EntityContent): string {
  return hashJson({
    slug: entity.slug,
    kind: entity.kind,
    domain: entity.domain,
    title: entity.title,
    summary: entity.summary,
    url: entity.url,
    status: entity.status,
    tags: [...new Set(entity.tags)].sort(compareCodePoints),
    attributes: entity.attributes,
    position: entity.position === null ? null : { x: entity.position.x, y: entity.position.y },
    weight: entity.weight,
  })
}

/** The hash of an edge's content. Orient an edge of a symmetric relation first: {@link orientEdge}. */
export function hashEdge(edge: EdgeContent): string {
  return hashJson({
    relation: edge.relation,
    source: edge.source,
    target: edge.target,
    label: edge.label,
    weight: edge.weight,
    attributes: edge.attributes,
  })
}

/** A symmetric relation is stored once a pair: the lesser slug, by code points, is the source. */
export function orientEdge<Edge extends EdgeKey>(edge: Edge, isSymmetric: boolean): Edge {
  if (!isSymmetric || compareCodePoints(edge.source, edge.target) <= 0) return edge
  return { ...edge, source: edge.target, target: edge.source }
}

/** What a derivative was made of: one that no longer matches its original and preset is stale. */
export function hashRecipe(originalHash: string, preset: string): string {
  return sha256Hex(originalHash + preset)
}
