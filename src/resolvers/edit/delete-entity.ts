import type { PoolClient } from 'pg'
import { deleteEdgeRows, readEdgesOf } from '../../database/graph/edge-rows.ts'
import { deleteEntityRow, type StoredEntity } from '../../database/graph/entity-rows.ts'
import type { EntityLookup } from '../../database/graph/find-subjects.ts'
import { RefusedError, type NodeReference } from '../../domain/refusal.ts'
import { requireEntity, requireRevision } from './entity-write.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'

export interface DeleteEntityInput {
  readonly by: EntityLookup
  readonly expectedRevision: number
  /** CASCADE also deletes its edges and removes it from workflow steps. */
  readonly edges: 'REFUSE' | 'CASCADE'
}
export interface DeletedEntity {
  readonly id: string
  readonly edgeIds: readonly string[]
}

/** Deletes an entity with its tags, media links and sources; the history keeps it. */
export function deleteEntity(
  context: MutationContext,
  { by, expectedRevision, edges: onEdges }: DeleteEntityInput,
): Promise<MutationResult<DeletedEntity>> {
  return mutate(context, 'deleteEntity', async (client) => {
    const entity = await requireEntity(client, by)
    await requireRevision(client, entity, expectedRevision)
    const { id, contentHash, content } = entity
    if (onEdges === 'REFUSE') await refuseUses(client, entity)
    const edges = await readEdgesOf(client, content.slug)
    await deleteEdgeRows(
      client,
      edges.map((edge) => edge.id),
    )
    await deleteEntityRow(client, id)
    return {
      value: { id, edgeIds: edges.map((edge) => edge.id) },
      audit: [
        {
          targetType: 'Entity',
          targetKey: content.slug,
          beforeHash: contentHash,
          details: { edges: edges.length },
        },
      ],
    }
  })
}

/** Reports adjacent entities and workflow steps, as many as fit into an error. */
async function refuseUses(client: PoolClient, { id, content: { slug } }: StoredEntity): Promise<void> {
  const { rows: usedBy } = await client.query<NodeReference>(
    `SELECT * FROM (
       SELECT DISTINCT ON (o.slug) 'Entity' AS "nodeType", o.id FROM kb_edges e
         JOIN kb_entities o ON o.slug = CASE WHEN e.source_slug = $2 THEN e.target_slug ELSE e.source_slug END
         WHERE e.source_slug = $2 OR e.target_slug = $2 ORDER BY o.slug) ends
     UNION ALL SELECT 'WorkflowStep', id FROM kb_workflow_steps WHERE entity_id = $1 LIMIT 100`,
    [id, slug],
  )
  if (usedBy.length === 0) return
  throw new RefusedError({
    kind: 'in-use',
    message: `${slug} has edges or is used in workflows; remove those first, or delete its edges too (CASCADE).`,
    usedBy,
  })
}
