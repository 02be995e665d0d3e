import type { PoolClient } from 'pg'
import { insertEntity, updateEntityRow, type StoredEntity } from '../../database/graph/entity-rows.ts'
import { findEntity, type EntityLookup } from '../../database/graph/find-subjects.ts'
import { readVocabularyFacts } from '../../database/graph/vocabulary-facts.ts'
import { hashEntity } from '../../domain/graph/content-hash.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import type { EntityContent } from '../../domain/graph/graph-content.ts'
import { diffJson } from '../../domain/json/diff.ts'
import type { PatchOperation } from '../../domain/json/patch.ts'
import type { JsonObject, JsonValue } from '../../domain/json/value.ts'
import { mergePatch } from '../../domain/json/merge-patch.ts'
import { refuseIssues, RefusedError } from '../../domain/refusal.ts'
import { attributesIssues } from '../../domain/text/text-issues.ts'
import { validateEntity } from '../../domain/graph/validate-entity.ts'
import { requireEntity, requireRevision, saysTheSame } from './entity-write.ts'
import { mutate, type Mutated, type MutationContext, type MutationResult } from './mutate.ts'
import { beginRun, sourceIssues, writeSource, type SourceInput } from './write-source.ts'

export interface CreateEntityInput {
  readonly slug: string
  readonly kind: string
  readonly title: string
  readonly domain?: string | null | undefined
  readonly summary?: string | null | undefined
  readonly url?: string | null | undefined
  readonly status: EntityContent['status']
  readonly tags: readonly string[]
  readonly attributes?: unknown
  readonly source?: SourceInput | null | undefined
}

/** Omitted fields are unchanged; null clears. */
export interface UpdateEntityInput extends Partial<Nullable<Omit<CreateEntityInput, 'slug' | 'kind'>>> {
  readonly by: EntityLookup
  readonly expectedRevision: number
  /** RFC 7396, instead of `attributes`. */
  readonly attributesPatch?: unknown
}
type Nullable<Shape> = { readonly [Name in keyof Shape]: Shape[Name] | null | undefined }

export interface ChangedEntity {
  readonly id: string
  readonly patch: readonly PatchOperation[]
}

export function createEntity(
  context: MutationContext,
  input: CreateEntityInput,
): Promise<MutationResult<string>> {
  return mutate(context, 'createEntity', async (client) => {
    const { slug, source } = input
    const content: EntityContent = {
      slug,
      kind: input.kind,
      domain: input.domain ?? null,
      title: input.title,
      summary: input.summary ?? null,
      url: input.url ?? null,
      status: input.status,
      tags: [...new Set(input.tags)],
      attributes: (input.attributes ?? {}) as JsonObject,
      position: null,
      weight: null,
    }
    const vocabulary = await readVocabularyFacts(client)
    refuseIssues([...validateEntity(content, vocabulary), ...sourceIssues(source, '/source')])
    const existing = await findEntity(client, { slug })
    if (existing !== null)
      throw new RefusedError({
        kind: 'duplicate',
        message: `The entity ${slug} already exists; update it, or use another slug.`,
        existing: { nodeType: 'Entity', id: existing.id },
      })
    const runId = source == null ? null : await beginRun(client, context.actor, source.run)
    // A former slug now leads to its new owner.
    await client.query('DELETE FROM kb_redirects WHERE slug = $1', [slug])
    const id = await insertEntity(client, content)
    if (source != null) await writeSource(client, { entity: id }, runId!, source)
    return {
      value: id,
      audit: [{ targetType: 'Entity', targetKey: slug, afterHash: hashEntity(content) }],
    }
  })
}

/** Updates an entity. A change without effect makes no revision. */
export function updateEntity(
  context: MutationContext,
  input: UpdateEntityInput,
): Promise<MutationResult<ChangedEntity>> {
  return mutate(context, 'updateEntity', async (client) => {
    const entity = await requireEntity(client, input.by)
    await requireRevision(client, entity, input.expectedRevision, (base) => applyInput(base, input))
    const { source } = input
    const issues = [...inputIssues(input), ...sourceIssues(source, '/source')]
    const after = applyInput(entity.content, input)
    refuseIssues([
      ...issues,
      ...validateEntity(after, await readVocabularyFacts(client)).filter(isNew(issues)),
    ])
    const runId = source == null ? null : await beginRun(client, context.actor, source.run)
    if (source != null) await writeSource(client, { entity: entity.id }, runId!, source)
    const changed = await writeContent(client, entity, after)
    if (changed.audit.length > 0 || source == null) return changed
    const { contentHash, content } = entity
    const details = { source: source.uri }
    const target = { targetType: 'Entity', targetKey: content.slug, details }
    return { ...changed, audit: [{ ...target, beforeHash: contentHash, afterHash: contentHash }] }
  })
}

export async function writeContent(
  client: PoolClient,
  entity: StoredEntity,
  after: EntityContent,
): Promise<Mutated<ChangedEntity>> {
  const { id, content: before } = entity
  if (saysTheSame(before, after)) return { value: { id, patch: [] }, audit: [] }
  await updateEntityRow(client, entity, after)
  const { patch } = diffJson(toJson(before), toJson(after))
  const beforeHash = entity.contentHash
  return {
    value: { id, patch },
    audit: [{ targetType: 'Entity', targetKey: before.slug, beforeHash, afterHash: hashEntity(after) }],
  }
}

/** Applies an input to a content. Invalid input yields invalid content. */
function applyInput(base: EntityContent, input: UpdateEntityInput): EntityContent {
  const { title, domain, summary, url, status, tags, attributes, attributesPatch } = input
  const patched =
    attributesPatch === undefined
      ? base.attributes
      : (mergePatch(base.attributes, (attributesPatch ?? {}) as JsonValue) as JsonObject)
  return {
    ...base,
    title: title ?? base.title,
    domain: domain === undefined ? base.domain : domain,
    summary: summary === undefined ? base.summary : summary,
    url: url === undefined ? base.url : url,
    status: status ?? base.status,
    tags: tags === undefined ? base.tags : [...new Set(tags)],
    attributes: attributes === undefined ? patched : ((attributes ?? {}) as JsonObject),
  }
}

function inputIssues(input: UpdateEntityInput): ContentIssue[] {
  const issues: ContentIssue[] = (['title', 'status'] as const)
    .filter((name) => input[name] === null)
    .map((name) => ({
      pointer: `/${name}`,
      message: `a ${name} cannot be cleared; omit it to keep it`,
      rule: 'field.required',
    }))
  if (input.attributes !== undefined && input.attributesPatch !== undefined)
    issues.push({
      pointer: '/attributesPatch',
      message: 'give either `attributes` or `attributesPatch`',
      rule: 'attributes.once',
    })
  issues.push(...attributesIssues(input.attributes, '/attributes'))
  issues.push(...attributesIssues(input.attributesPatch, '/attributesPatch'))
  return issues
}

function isNew(known: readonly ContentIssue[]) {
  const keys = new Set(known.map(({ pointer, rule }) => `${pointer} ${rule}`))
  return ({ pointer, rule }: ContentIssue) => !keys.has(`${pointer} ${rule}`)
}

function toJson(content: EntityContent): JsonObject {
  return content as unknown as JsonObject
}
