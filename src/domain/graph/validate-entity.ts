import { attributeSchemaIssues, type AttributeSchema } from '../json/attribute-schema.ts'
import type { ContentIssue } from '../constellation/content-issue.ts'
import type { EntityContent } from './graph-content.ts'
import { pointerTo } from '../json/value.ts'
import { isKey } from './slug.ts'
import {
  attributesIssues,
  nameIssues,
  titleIssues,
  unknownName,
  urlIssues,
  valueIssues,
} from '../text/text-issues.ts'
import type { Work } from '../work.ts'

export interface VocabularyFacts {
  readonly kinds: ReadonlyMap<string, AttributeSchema | null>
  readonly domains: ReadonlySet<string>
  readonly relations: ReadonlyMap<string, RelationFacts>
}
export interface RelationFacts {
  readonly isSymmetric: boolean
  /** Allowed kinds of its ends; empty for any. */
  readonly sourceKinds: readonly string[]
  readonly targetKinds: readonly string[]
}

export const longestTag = 200
const mostTags = 1000

/** Every problem of an entity. `work` is the budget for checking attributes, shared with others. */
export function validateEntity(
  entity: EntityContent,
  vocabulary: VocabularyFacts,
  pointer = '',
  work?: Work,
): ContentIssue[] {
  const { kind, domain, title, summary, url, tags, attributes } = entity
  const issues = [
    ...keyIssues(entity.slug, `${pointer}/slug`),
    ...titleIssues(title, `${pointer}/title`),
    ...valueIssues(summary, `${pointer}/summary`),
    ...(url === null ? [] : urlIssues(url, `${pointer}/url`)),
    ...tagIssues(tags, `${pointer}/tags`),
    ...attributesIssues(attributes, `${pointer}/attributes`),
  ]
  const schema = vocabulary.kinds.get(kind)
  if (schema === undefined) issues.push(unknownName(`${pointer}/kind`, 'kind', kind, vocabulary.kinds.keys()))
  if (domain !== null && !vocabulary.domains.has(domain))
    issues.push(unknownName(`${pointer}/domain`, 'domain', domain, vocabulary.domains))
  if (schema != null && issues.length === 0)
    issues.push(...attributeSchemaIssues(schema, attributes, `${pointer}/attributes`, work))
  return issues
}

export function tagIssues(tags: readonly string[], pointer: string): ContentIssue[] {
  const issues = tags.flatMap((tag, index) => nameIssues(tag, pointerTo(pointer, index), 'tag', longestTag))
  if (tags.length > mostTags)
    issues.push({
      pointer,
      message: `an entity has ${mostTags} tags at most`,
      rule: 'tags.count',
      allowed: mostTags,
    })
  return issues
}

function keyIssues(key: string, pointer: string): ContentIssue[] {
  if (isKey(key)) return []
  const message = 'wants lower-case letters, digits and . _ : / - (a letter or digit first), at most 200'
  return [{ pointer, message, rule: 'key.form' }]
}
