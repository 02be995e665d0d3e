import type { EntityLookup } from '../../database/graph/find-subjects.ts'
import { readFormerState } from '../../database/history/former-state.ts'
import { readVocabularyFacts } from '../../database/graph/vocabulary-facts.ts'
import type { EntityContent } from '../../domain/graph/graph-content.ts'
import { refuseIssues } from '../../domain/refusal.ts'
import { validateEntity } from '../../domain/graph/validate-entity.ts'
import { requireEntity, requireRevision } from './entity-write.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'
import { writeContent, type ChangedEntity } from './write-entity.ts'

export interface RestoreEntityInput {
  readonly by: EntityLookup
  readonly revision: number
  readonly expectedRevision: number
}

/** Restores an entity's content from a revision, as a new revision. Keeps its slug, which links use. */
export function restoreEntity(
  context: MutationContext,
  { by, revision, expectedRevision }: RestoreEntityInput,
): Promise<MutationResult<ChangedEntity>> {
  return mutate(context, 'restoreEntity', async (client) => {
    const entity = await requireEntity(client, by)
    await requireRevision(client, entity, expectedRevision)
    const former = await readFormerState<EntityContent>(client, entity.id, revision)
    if (former === null) {
      const message = `${entity.content.slug} has no revision ${revision} in its history`
      refuseIssues([{ pointer: '/revision', message, rule: 'revision.known' }])
    }
    const after = { ...former!, slug: entity.content.slug }
    const issues = validateEntity(after, await readVocabularyFacts(client))
    refuseIssues(
      issues.map(({ message, ...issue }) => ({
        ...issue,
        pointer: '/revision',
        message: `its former content is no longer allowed: ${message} (at ${issue.pointer})`,
      })),
    )
    return writeContent(client, entity, after)
  })
}
