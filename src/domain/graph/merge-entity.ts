import type { EntityContent } from './graph-content.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { compareCodePoints } from '../text/code-points.ts'
import { mergeThreeWay } from '../json/merge-three-way.ts'

/** What `updateEntity` takes. */
const fields = ['title', 'domain', 'summary', 'url', 'status', 'attributes'] as const

/**
 * What two people made of one entity, as the input of `updateEntity` wants it: whatever only one of them changed. Tags are a
 * set, so they never clash.
 *
 * @returns undefined if both changed the same thing in different ways
 */
export function mergeEntity(
  base: EntityContent,
  yours: EntityContent,
  theirs: EntityContent,
): JsonObject | undefined {
  const merged = mergeThreeWay(toFields(base), toFields(yours), toFields(theirs))
  if (merged === undefined) return undefined
  const { tags, ...rest } = merged as JsonObject & { readonly tags: JsonObject }
  return { ...rest, tags: Object.keys(tags).sort(compareCodePoints) }
}

function toFields(entity: EntityContent): JsonObject {
  const members = fields.map((name): [string, JsonValue] => [name, entity[name]])
  return { ...Object.fromEntries(members), tags: Object.fromEntries(entity.tags.map((tag) => [tag, true])) }
}
