import type { PoolClient } from 'pg'
import type { AuditTarget } from '../../database/access/audit.ts'
import type { EntityLookup } from '../../database/graph/find-subjects.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import { refuseIssues } from '../../domain/refusal.ts'
import { tagIssues } from '../../domain/graph/validate-entity.ts'
import { requireEntity } from './entity-write.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'
import { writeContent } from './write-entity.ts'

export interface TagEntitiesInput {
  readonly entities: readonly EntityLookup[]
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

const mostEntities = 1000

/** Adds and removes tags; returns the entities' ids in input order. */
export function tagEntities(
  context: MutationContext,
  { entities, add, remove }: TagEntitiesInput,
): Promise<MutationResult<readonly string[]>> {
  return mutate(context, 'tagEntities', async (client) => {
    refuseIssues(inputIssues({ entities, add, remove }))
    const ids: string[] = []
    const audit: AuditTarget[] = []
    for (const by of entities) {
      const changed = await tag(client, by, add, remove)
      ids.push(changed.value.id)
      audit.push(...changed.audit)
    }
    return { value: ids, audit }
  })
}

async function tag(client: PoolClient, by: EntityLookup, add: readonly string[], remove: readonly string[]) {
  const entity = await requireEntity(client, by)
  const tags = new Set([...entity.content.tags, ...add])
  for (const gone of remove) tags.delete(gone)
  return writeContent(client, entity, { ...entity.content, tags: [...tags] })
}

function inputIssues({ entities, add, remove }: TagEntitiesInput): ContentIssue[] {
  const issues = [...tagIssues(add, '/add'), ...tagIssues(remove, '/remove')]
  remove.forEach((tag, index) => {
    if (add.includes(tag))
      issues.push({
        pointer: `/remove/${index}`,
        message: 'the same tag is added and removed',
        rule: 'tags.contradiction',
      })
  })
  if (entities.length > mostEntities)
    issues.push({
      pointer: '/entities',
      message: `tags ${mostEntities} entities at most at a time`,
      rule: 'entities.count',
      allowed: mostEntities,
    })
  return issues
}
