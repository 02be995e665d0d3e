import { canonicalJson } from '../json/canonical-json.ts'
import { compareCodePoints } from '../text/code-points.ts'
import type { EdgeContent, EdgeKey, EntityContent } from './graph-content.ts'
import { sha256Hex } from '../hash.ts'

/**
 * The hash that makes an entity's content one value in every store: SHA-256 over the canonical JSON of `{ slug, kind,
 * domain, title, summary, url, status, tags, attributes, position, weight }`. Tags are a set: their order does not count.
 *
 * @throws AppError BAD_REQUEST if a text is not well-formed or a number not finite.
 */
export function hashEntity(entity: EntityContent): string {
  const tags = [...new Set(entity.tags)].sort(compareCodePoints)
  const { x, y } = entity.position ?? { x: 0, y: 0 }
  // The members in canonical order; going through the whole object again for each of a million rows would take minutes.
  return sha256Hex(
    `{"attributes":${canonicalJson(entity.attributes)},"domain":${leaf(entity.domain)},"kind":${leaf(entity.kind)},` +
      `"position":${entity.position === null ? 'null' : `{"x":${leaf(x)},"y":${leaf(y)}}`},"slug":${leaf(entity.slug)},` +
      `"status":${leaf(entity.status)},"summary":${leaf(entity.summary)},"tags":[${tags.map(leaf).join(',')}],` +
      `"title":${leaf(entity.title)},"url":${leaf(entity.url)},"weight":${leaf(entity.weight)}}`,
  )
}

/**
 * The hash of an edge's content: SHA-256 over the canonical JSON of `{ relation, source, target, label, weight,
 * attributes }`. Orient an edge of a symmetric relation first: {@link orientEdge}.
 *
 * @throws AppError BAD_REQUEST if a text is not well-formed or a number not finite.
 */
export function hashEdge(edge: EdgeContent): string {
  return sha256Hex(
    `{"attributes":${canonicalJson(edge.attributes)},"label":${leaf(edge.label)},"relation":${leaf(edge.relation)},` +
      `"source":${leaf(edge.source)},"target":${leaf(edge.target)},"weight":${leaf(edge.weight)}}`,
  )
}

/** RFC 8785 writes texts and numbers as `JSON.stringify` does, once they are known to be sound. */
function leaf(value: string | number | null): string {
  const isSound = typeof value === 'string' ? value.isWellFormed() : value === null || Number.isFinite(value)
  return isSound ? JSON.stringify(value) : canonicalJson(value)
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
