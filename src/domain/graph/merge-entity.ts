import type { EntityContent } from './graph-content.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { compareCodePoints } from '../text/code-points.ts'
import { mergeThreeWay } from '../json/merge-three-way.ts'

const fields = ['title', 'domain', 'summary', 'url', 'status', 'attributes'] as const

/** Merges two edits into an `updateEntity` input; undefined on conflict. Tags never conflict. */
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
