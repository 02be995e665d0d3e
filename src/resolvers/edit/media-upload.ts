import type { PoolClient } from 'pg'
import {
  findEntity,
  findMediaObject,
  nameOfLookup,
  type EntityLookup,
} from '../../database/graph/find-subjects.ts'
import { deleteUpload, findUpload, insertUpload, type Upload } from '../../database/access/uploads.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import { mediaTypeOf, mediaTypes } from '../../domain/media/media-types.ts'
import { refuseIssues, RefusedError } from '../../domain/refusal.ts'
import { actorName } from '../../domain/access/role.ts'
import { findValueIssues } from '../../domain/constellation/validate-content.ts'
import type { ImageFacts } from '../../storage/image-facts.ts'
import { inspectImage } from '../../storage/image-process.ts'
import type { MediaFiles } from '../../storage/media-files.ts'
import { hashMedia, markStaleDerivatives } from '../media-rows.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'

export interface MediaContext extends MutationContext {
  readonly admin: MutationContext['admin'] & { readonly media: MediaFiles }
}

export interface CreateUploadInput {
  readonly key: string
  readonly mimeType: string
  readonly byteSize: number
  readonly sha256: string
}
export interface CompleteUploadInput {
  readonly uploadId: string
  readonly alt?: string | null | undefined
  readonly caption?: string | null | undefined
  readonly entities: readonly EntityLookup[]
}

export interface CreatedUpload {
  readonly upload: Upload
  /** Id of the media object that already has these bytes. */
  readonly existing: string | null
}

/** 200 MB. */
const largestUpload = 200_000_000
const uploadSeconds = 60 * 60
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Announces an upload; the bytes are sent to its address before it is completed. */
export function createMediaUpload(
  context: MediaContext,
  input: CreateUploadInput,
): Promise<MutationResult<CreatedUpload>> {
  return mutate(context, 'createMediaUpload', async (client) => {
    refuseIssues(uploadIssues(input))
    const createdBy = actorName('graphql', context.actor)
    const upload = await insertUpload(client, { ...input, createdBy, seconds: uploadSeconds })
    const existing = await findMediaObject(client, { contentHash: input.sha256 })
    const target = { targetType: 'Upload', targetKey: input.key, afterHash: input.sha256 }
    return { value: { upload, existing: existing?.id ?? null }, audit: [target] }
  })
}

function uploadIssues({ mimeType, byteSize }: CreateUploadInput): ContentIssue[] {
  const issues: ContentIssue[] = []
  if (mediaTypeOf(mimeType) === null)
    issues.push({
      pointer: '/mimeType',
      message: `${JSON.stringify(mimeType)} is not among the media types that are served`,
      rule: 'media.type',
      allowed: mediaTypes,
    })
  if (!Number.isInteger(byteSize) || byteSize < 1 || byteSize > largestUpload)
    issues.push({
      pointer: '/byteSize',
      message: `a media object has 1 to ${largestUpload} bytes`,
      rule: 'media.size',
      allowed: largestUpload,
    })
  return issues
}

/** Turns an upload into a media object, or replaces an object's bytes and makes its renditions stale. */
export async function completeMediaUpload(
  context: MediaContext,
  input: CompleteUploadInput,
): Promise<MutationResult<string>> {
  const { admin } = context
  const upload = uuid.test(input.uploadId) ? await findUpload(admin.pool, input.uploadId) : null
  const type = upload && mediaTypeOf(upload.mimeType)
  const path = upload && type && (await admin.media.find(`${upload.sha256}.${type.extension}`))
  // Inspect the picture before taking the write lock.
  const found = path != null && type?.kind === 'IMAGE' ? await inspectImage(path) : null
  const image = found !== null && 'problem' in found ? null : found
  const problem = found !== null && 'problem' in found ? ` (${found.problem})` : ''
  return mutate(context, 'completeMediaUpload', async (client) => {
    if (upload === null || type == null)
      throw new RefusedError({
        kind: 'not-found',
        subject: input.uploadId,
        message: 'There is no such upload, or it has expired; make one with createMediaUpload.',
      })
    const isWrongImage = type.kind === 'IMAGE' && path !== null && image?.mimeType !== upload.mimeType
    const { ids, issues } = await findEntities(client, input.entities)
    refuseIssues([
      ...(path === null
        ? [
            {
              pointer: '/uploadId',
              message: 'the bytes have not arrived; send them to uploadUrl',
              rule: 'upload.bytes',
            },
          ]
        : []),
      ...(isWrongImage
        ? [
            {
              pointer: '/uploadId',
              message: `the bytes are not a valid ${upload.mimeType}${problem}`,
              rule: 'upload.type',
            },
          ]
        : []),
      ...textIssues(input),
      ...issues,
    ])
    const { id, beforeHash } = await writeMediaObject(client, upload, input, image)
    for (const entityId of ids)
      await client.query(
        `INSERT INTO kb_entity_media (entity_id, media_id, position)
         SELECT $1, $2, coalesce(max(position) + 1, 0) FROM kb_entity_media WHERE entity_id = $1
         ON CONFLICT DO NOTHING`,
        [entityId, id],
      )
    await deleteUpload(client, upload.id)
    const afterHash = await hashMedia(client, id)
    return {
      value: id,
      audit: [{ targetType: 'MediaObject', targetKey: upload.key, beforeHash, afterHash }],
    }
  })
}

function textIssues({ alt, caption }: CompleteUploadInput): ContentIssue[] {
  return Object.entries({ alt, caption }).flatMap(([name, value]) =>
    findValueIssues(value ?? null).map((issue) => ({ ...issue, pointer: `/${name}${issue.pointer}` })),
  )
}

async function findEntities(client: PoolClient, lookups: readonly EntityLookup[]) {
  const ids: string[] = []
  const issues: ContentIssue[] = []
  for (const [index, lookup] of lookups.entries()) {
    const entity = await findEntity(client, lookup)
    if (entity !== null) ids.push(entity.id)
    else
      issues.push({
        pointer: `/entities/${index}`,
        message: `there is no entity ${nameOfLookup(lookup)}`,
        rule: 'entity.known',
      })
  }
  return { ids, issues }
}

async function writeMediaObject(
  client: PoolClient,
  upload: Upload,
  { alt, caption }: CompleteUploadInput,
  image: ImageFacts | null,
): Promise<{ readonly id: string; readonly beforeHash: string | null }> {
  const type = mediaTypeOf(upload.mimeType)!
  const before = await findMediaObject(client, { key: upload.key })
  const beforeHash = before === null ? null : await hashMedia(client, before.id)
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO kb_media_objects AS m (key, kind, url, mime_type, byte_size, content_hash, width, height, thumb_hash, alt,
       caption, availability, availability_backends, availability_checked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'VERIFIED',
       '[{"backend":"FILE","present":true,"hashMatches":true}]', now())
     ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, url = excluded.url, mime_type = excluded.mime_type,
       byte_size = excluded.byte_size, content_hash = excluded.content_hash, width = excluded.width,
       height = excluded.height, thumb_hash = excluded.thumb_hash, alt = coalesce(excluded.alt, m.alt),
       caption = coalesce(excluded.caption, m.caption), availability = excluded.availability,
       availability_backends = excluded.availability_backends,
       availability_checked_at = excluded.availability_checked_at, revision = m.revision + 1, updated_at = now()
     RETURNING id`,
    [
      upload.key,
      type.kind,
      `/media/${upload.sha256}.${type.extension}`,
      upload.mimeType,
      upload.byteSize,
      upload.sha256,
      image?.width ?? null,
      image?.height ?? null,
      image?.thumbHash ?? null,
      alt ?? null,
      caption ?? null,
    ],
  )
  const { id } = rows[0]!
  await markStaleDerivatives(client, id)
  return { id, beforeHash }
}
