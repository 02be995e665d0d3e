import type { PoolClient } from 'pg'
import {
  deleteEdgeRows,
  findEdge,
  readEdgesOf,
  updateEdgeRow,
  type StoredEdge,
} from '../../database/graph/edge-rows.ts'
import { deleteEntityRow, type StoredEntity } from '../../database/graph/entity-rows.ts'
import type { EntityLookup } from '../../database/graph/find-subjects.ts'
import { moveBelongings } from '../../database/graph/move-belongings.ts'
import { readVocabularyFacts } from '../../database/graph/vocabulary-facts.ts'
import { orientEdge } from '../../domain/graph/content-hash.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import type { EdgeContent } from '../../domain/graph/graph-content.ts'
import { refuseIssues } from '../../domain/refusal.ts'
import { validateEdge } from '../../domain/graph/validate-edge.ts'
import type { VocabularyFacts } from '../../domain/graph/validate-entity.ts'
import { requireEntity } from './entity-write.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'
import { writeContent } from './write-entity.ts'

export interface MergeEntitiesInput {
  readonly into: EntityLookup
  readonly from: readonly EntityLookup[]
}
export interface MergedEntities {
  readonly id: string
  readonly mergedIds: readonly string[]
  /** Number of slugs that now redirect to the entity. */
  readonly redirects: number
}

const mostMerged = 100

/**
 * Merges entities into one, which keeps its content and takes over their edges, tags, media, sources,
 * workflow steps and redirects. Edges between them and duplicate edges are dropped.
 */
export function mergeEntities(
  context: MutationContext,
  { into, from }: MergeEntitiesInput,
): Promise<MutationResult<MergedEntities>> {
  return mutate(context, 'mergeEntities', async (client) => {
    const kept = await requireEntity(client, into)
    const merged: StoredEntity[] = []
    for (const by of from) merged.push(await requireEntity(client, by))
    refuseIssues(inputIssues(kept, merged))
    const vocabulary = await readVocabularyFacts(client)
    const issues: ContentIssue[] = []
    for (const [index, entity] of merged.entries())
      issues.push(...(await moveEdges(client, vocabulary, entity, kept, `/from/${index}`)))
    refuseIssues(issues)
    let redirects = 0
    for (const { id, content } of merged) {
      redirects += await moveBelongings(client, { id, slug: content.slug }, kept.id)
      await deleteEntityRow(client, id)
    }
    const tags = [...new Set([kept, ...merged].flatMap(({ content }) => content.tags))]
    const changed = await writeContent(client, kept, { ...kept.content, tags })
    const gone = merged.map(({ content, contentHash }) => ({
      targetType: 'Entity',
      targetKey: content.slug,
      beforeHash: contentHash,
      details: { into: kept.content.slug },
    }))
    return {
      value: { id: kept.id, mergedIds: merged.map(({ id }) => id), redirects },
      audit: [...gone, ...changed.audit],
    }
  })
}

function inputIssues(kept: StoredEntity, merged: readonly StoredEntity[]): ContentIssue[] {
  const issues: ContentIssue[] = []
  if (merged.length === 0 || merged.length > mostMerged)
    issues.push({
      pointer: '/from',
      message: `name 1 to ${mostMerged} entities`,
      rule: 'entities.count',
      allowed: { from: 1, to: mostMerged },
    })
  const seen = new Set([kept.id])
  merged.forEach(({ id, content }, index) => {
    if (seen.has(id))
      issues.push({
        pointer: `/from/${index}`,
        message:
          id === kept.id
            ? `${content.slug} cannot be merged into itself`
            : `${content.slug} is listed more than once`,
        rule: 'merge.distinct',
      })
    seen.add(id)
  })
  return issues
}

/** Returns vocabulary violations of the moved edges. */
async function moveEdges(
  client: PoolClient,
  vocabulary: VocabularyFacts,
  from: StoredEntity,
  into: StoredEntity,
  pointer: string,
): Promise<ContentIssue[]> {
  const issues: ContentIssue[] = []
  const [old, slug] = [from.content.slug, into.content.slug]
  for (const edge of await readEdgesOf(client, old)) {
    const { content } = edge
    const isLoop = content.source === content.target
    const moved = orientEdge<EdgeContent>(
      {
        ...content,
        source: content.source === old ? slug : content.source,
        target: content.target === old ? slug : content.target,
      },
      vocabulary.relations.get(content.relation)?.isSymmetric ?? false,
    )
    const existing = await findEdge(client, moved)
    if (existing !== null) await dropDouble(client, edge, existing)
    else if (moved.source === moved.target && !isLoop) await deleteEdgeRows(client, [edge.id])
    else {
      const kinds = await kindsOf(client, moved)
      for (const issue of validateEdge(moved, kinds, vocabulary))
        issues.push({ ...issue, pointer, message: `its edge cannot move: ${issue.message}` })
      await updateEdgeRow(client, edge, moved)
    }
  }
  return issues
}

/** Merges duplicate edges; the survivor gets the sources of both. */
async function dropDouble(client: PoolClient, edge: StoredEdge, existing: StoredEdge): Promise<void> {
  await client.query('UPDATE kb_entity_sources SET edge_id = $2 WHERE edge_id = $1', [edge.id, existing.id])
  await deleteEdgeRows(client, [edge.id])
}

async function kindsOf(client: PoolClient, { source, target }: EdgeContent) {
  const { rows } = await client.query<{ slug: string; kind: string }>(
    'SELECT slug, kind_key AS kind FROM kb_entities WHERE slug IN ($1, $2)',
    [source, target],
  )
  const kindOf = (slug: string) => rows.find((row) => row.slug === slug)!.kind
  return { source: kindOf(source), target: kindOf(target) }
}
