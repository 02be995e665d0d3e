import type { ClientBase } from 'pg'
import { decodeGlobalId } from '../../domain/graph/global-id.ts'

export interface EntityLookup {
  readonly id?: string | null | undefined
  readonly slug?: string | null | undefined
  readonly url?: string | null | undefined
}

export interface MediaLookup {
  readonly id?: string | null | undefined
  readonly key?: string | null | undefined
  readonly contentHash?: string | null | undefined
}

/** The entity for a lookup, whatever its status; null if none. The first by slug if several share a url. */
export async function findEntity(
  client: ClientBase,
  { id, slug, url }: EntityLookup,
): Promise<{ readonly id: string; readonly slug: string } | null> {
  const decoded = id == null ? null : decodeGlobalId(id)
  const uuid = decoded?.type === 'Entity' ? decoded.id : null
  const { rows } = await client.query<{ id: string; slug: string }>(
    `SELECT id, slug FROM kb_entities WHERE id = $1::uuid OR slug = $2 OR url = $3 ORDER BY slug LIMIT 1`,
    [uuid, slug ?? null, url ?? null],
  )
  return rows[0] ?? null
}

/** The media object for a lookup; null if none. The first by key if several have the same bytes. */
export async function findMediaObject(
  client: ClientBase,
  { id, key, contentHash }: MediaLookup,
): Promise<{ readonly id: string; readonly key: string } | null> {
  const decoded = id == null ? null : decodeGlobalId(id)
  const uuid = decoded?.type === 'MediaObject' ? decoded.id : null
  const { rows } = await client.query<{ id: string; key: string }>(
    `SELECT id, key FROM kb_media_objects WHERE id = $1::uuid OR key = $2 OR content_hash = $3 ORDER BY key LIMIT 1`,
    [uuid, key ?? null, contentHash ?? null],
  )
  return rows[0] ?? null
}

export function nameOfLookup(lookup: EntityLookup | MediaLookup): string {
  return (
    Object.values(lookup as Record<string, string | null | undefined>).find((value) => value != null) ?? ''
  )
}
