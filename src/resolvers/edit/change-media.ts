import type { PoolClient } from 'pg'
import { findMediaObject, nameOfLookup, type MediaLookup } from '../../database/graph/find-subjects.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import { refuseIssues, RefusedError, type NodeReference } from '../../domain/refusal.ts'
import { findValueIssues } from '../../domain/constellation/validate-content.ts'
import { hashMedia } from '../media-rows.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'

/** Omitted fields are unchanged; null clears. */
export interface UpdateMediaInput {
  readonly by: MediaLookup
  readonly expectedRevision: number
  readonly alt?: string | null | undefined
  readonly caption?: string | null | undefined
  readonly credit?: string | null | undefined
  readonly license?: string | null | undefined
  readonly focalPoint?: { readonly x: number; readonly y: number } | null | undefined
}
export interface DeleteMediaInput {
  readonly by: MediaLookup
  readonly expectedRevision: number
  /** Delete it even if it is in use; the uses are dropped. */
  readonly force: boolean
}

interface Stored {
  readonly id: string
  readonly key: string
  readonly revision: number
}

/** Updates a media object and returns its id. A change without effect makes no revision. */
export function updateMedia(
  context: MutationContext,
  input: UpdateMediaInput,
): Promise<MutationResult<string>> {
  return mutate(context, 'updateMedia', async (client) => {
    const media = await requireMedia(client, input.by, input.expectedRevision)
    refuseIssues(updateIssues(input))
    const beforeHash = await hashMedia(client, media.id)
    const { focalPoint } = input
    const given = {
      ...Object.fromEntries(texts.map((name) => [name, input[name]])),
      focal_x: focalPoint === null ? null : focalPoint?.x,
      focal_y: focalPoint === null ? null : focalPoint?.y,
    }
    const changes = Object.entries(given).filter(([, value]) => value !== undefined)
    if (changes.length === 0) return { value: media.id, audit: [] }
    const values = changes.map(([, value]) => value)
    const columns = changes.map(([name]) => name)
    const { rowCount } = await client.query(
      `UPDATE kb_media_objects SET ${columns.map((name, at) => `${name} = $${at + 2}`).join(', ')},
         revision = revision + 1, updated_at = now()
       WHERE id = $1 AND (${columns.join(', ')}) IS DISTINCT FROM (${columns.map((_, at) => `$${at + 2}`).join(', ')})`,
      [media.id, ...values],
    )
    if (rowCount === 0) return { value: media.id, audit: [] }
    const afterHash = await hashMedia(client, media.id)
    return {
      value: media.id,
      audit: [{ targetType: 'MediaObject', targetKey: media.key, beforeHash, afterHash }],
    }
  })
}

const texts = ['alt', 'caption', 'credit', 'license'] as const

function updateIssues(input: UpdateMediaInput): ContentIssue[] {
  const issues = texts.flatMap((name) =>
    findValueIssues(input[name] ?? null).map((issue) => ({ ...issue, pointer: `/${name}${issue.pointer}` })),
  )
  for (const axis of ['x', 'y'] as const) {
    const value = input.focalPoint?.[axis]
    if (value !== undefined && !(value >= 0 && value <= 1))
      issues.push({
        pointer: `/focalPoint/${axis}`,
        message: 'a focal point must be between 0 and 1',
        rule: 'point.range',
        allowed: { from: 0, to: 1 },
      })
  }
  return issues
}

/** Deletes a media object and its renditions; its bytes stay in the store for backups. */
export function deleteMedia(
  context: MutationContext,
  input: DeleteMediaInput,
): Promise<MutationResult<string>> {
  return mutate(context, 'deleteMedia', async (client) => {
    const media = await requireMedia(client, input.by, input.expectedRevision)
    const usedBy = await findUses(client, media.id)
    if (usedBy.length > 0 && !input.force)
      throw new RefusedError({
        kind: 'in-use',
        message: `The media object ${media.key} is in use; remove those uses first, or set force.`,
        usedBy,
      })
    const beforeHash = await hashMedia(client, media.id)
    await client.query('DELETE FROM kb_entity_media WHERE media_id = $1', [media.id])
    await client.query('UPDATE kb_workflow_steps SET media_id = NULL WHERE media_id = $1', [media.id])
    await client.query('DELETE FROM kb_media_objects WHERE id = $1', [media.id])
    return {
      value: media.id,
      audit: [
        { targetType: 'MediaObject', targetKey: media.key, beforeHash, details: { force: input.force } },
      ],
    }
  })
}

async function findUses(client: PoolClient, mediaId: string): Promise<NodeReference[]> {
  const { rows } = await client.query<NodeReference>(
    `SELECT 'Entity' AS "nodeType", entity_id AS id FROM kb_entity_media WHERE media_id = $1
     UNION ALL SELECT 'WorkflowStep', id FROM kb_workflow_steps WHERE media_id = $1 LIMIT 100`,
    [mediaId],
  )
  return rows
}

async function requireMedia(client: PoolClient, by: MediaLookup, expectedRevision: number): Promise<Stored> {
  const found = await findMediaObject(client, by)
  const name = nameOfLookup(by)
  if (found === null)
    throw new RefusedError({ kind: 'not-found', subject: name, message: `There is no media object ${name}.` })
  const { rows } = await client.query<{ revision: number }>(
    'SELECT revision FROM kb_media_objects WHERE id = $1',
    [found.id],
  )
  const { revision } = rows[0]!
  if (revision !== expectedRevision)
    throw new RefusedError({
      kind: 'conflict',
      message: `The media object ${found.key} is at revision ${revision}, not ${expectedRevision} as expected; read it again. Nothing was changed.`,
      expectedRevision,
      currentRevision: revision,
      current: { nodeType: 'MediaObject', id: found.id },
      suggestedMerge: undefined,
    })
  return { ...found, revision }
}
