import type { PoolClient } from 'pg'
import { readEntities, type StoredEntity } from '../../database/graph/entity-rows.ts'
import { findEntity, nameOfLookup, type EntityLookup } from '../../database/graph/find-subjects.ts'
import { readFormerState } from '../../database/history/former-state.ts'
import { hashEntity } from '../../domain/graph/content-hash.ts'
import type { EntityContent } from '../../domain/graph/graph-content.ts'
import { mergeEntity } from '../../domain/graph/merge-entity.ts'
import { RefusedError } from '../../domain/refusal.ts'

/** Looks up the stored entity, or throws `not-found`. */
export async function requireEntity(client: PoolClient, by: EntityLookup): Promise<StoredEntity> {
  const found = await findEntity(client, by)
  const [stored] = found === null ? [] : await readEntities(client, [found.id])
  const name = nameOfLookup(by)
  if (stored === undefined)
    throw new RefusedError({ kind: 'not-found', subject: name, message: `There is no entity ${name}.` })
  return stored
}

/** Rejects a stale revision; the conflict carries the current content and, if possible, a merge. */
export async function requireRevision(
  client: PoolClient,
  { id, revision, content }: StoredEntity,
  expectedRevision: number,
  change?: (base: EntityContent) => EntityContent,
): Promise<void> {
  if (revision === expectedRevision) return
  const base = change && (await readFormerState<EntityContent>(client, id, expectedRevision))
  throw new RefusedError({
    kind: 'conflict',
    message: `The entity ${content.slug} is at revision ${revision}, not ${expectedRevision} as expected; read it again. Nothing was changed.`,
    expectedRevision,
    currentRevision: revision,
    current: { nodeType: 'Entity', id },
    suggestedMerge: base && mergeEntity(base, change(base), content),
  })
}

/** Compares two contents; tag order does not matter. */
export function saysTheSame(left: EntityContent, right: EntityContent): boolean {
  return hashEntity(left) === hashEntity(right)
}
