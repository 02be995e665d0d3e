import { canonicalJson } from '../json/canonical-json.ts'
import { compareCodePoints } from '../text/code-points.ts'
import type { EdgeContent, EdgeKey, EntityContent } from './graph-content.ts'
import { sha256Hex } from '../hash.ts'

/**
 * An entity's content hash, the same in every store: SHA-256 over the canonical JSON of `{ slug, kind,
 * domain, title, summary, url, status, tags, attributes, position, weight }`. Tags are a set: their order
 * does not count.
 * @throws AppError BAD_REQUEST if a text is not well-formed or a number not finite
 */
export function hashEntity(entity: EntityContent): string {
  const tags = [...new Set(entity.tags)].sort(compareCodePoints)
  const { x, y } = entity.position ?? { x: 0, y: 0 }
  // Members are written in canonical order; sorting them for each of a million rows would take minutes.
  return sha256Hex(
    `{"attributes":${canonicalJson(entity.attributes)},"domain":${leaf(entity.domain)},"kind":${leaf(entity.kind)},` +
      `"position":${entity.position === null ? 'null' : `{"x":${leaf(x)},"y":${leaf(y)}}`},"slug":${leaf(entity.slug)},` +
      `"status":${leaf(entity.status)},"summary":${leaf(entity.summary)},"tags":[${tags.map(leaf).join(',')}],` +
      `"title":${leaf(entity.title)},"url":${leaf(entity.url)},"weight":${leaf(entity.weight)}}`,
  )
}

/**
 * An edge's content hash: SHA-256 over the canonical JSON of `{ relation, source, target, label, weight,
 * attributes }`. Orient symmetric edges first: {@link orientEdge}.
 * @throws AppError BAD_REQUEST if a text is not well-formed or a number not finite
 */
export function hashEdge(edge: EdgeContent): string {
  return sha256Hex(
    `{"attributes":${canonicalJson(edge.attributes)},"label":${leaf(edge.label)},"relation":${leaf(edge.relation)},` +
      `"source":${leaf(edge.source)},"target":${leaf(edge.target)},"weight":${leaf(edge.weight)}}`,
  )
}

/** RFC 8785 writes valid texts and numbers as `JSON.stringify` does. */
function leaf(value: string | number | null): string {
  const isSound = typeof value === 'string' ? value.isWellFormed() : value === null || Number.isFinite(value)
  return isSound ? JSON.stringify(value) : canonicalJson(value)
}

/** A symmetric relation is stored once per pair, with the lesser slug (by code points) as the source. */
export function orientEdge<Edge extends EdgeKey>(edge: Edge, isSymmetric: boolean): Edge {
  if (!isSymmetric || compareCodePoints(edge.source, edge.target) <= 0) return edge
  return { ...edge, source: edge.target, target: edge.source }
}

/** A derivative is stale when this no longer matches its original and preset. */
export function hashRecipe(originalHash: string, preset: string): string {
  return sha256Hex(originalHash + preset)
}
