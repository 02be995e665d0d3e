import type { ClientBase } from 'pg'
import { hashJson } from '../domain/hash.ts'
import type { JsonObject } from '../domain/json/value.ts'

/** Hash of a media object: its file, its description and its uses. */
export async function hashMedia(client: ClientBase, id: string): Promise<string> {
  const { rows } = await client.query<JsonObject>(
    `SELECT key, kind::text AS kind, url, mime_type, content_hash, alt, caption, credit, license, focal_x, focal_y,
       ARRAY(SELECT e.entity_id::text FROM kb_entity_media e WHERE e.media_id = m.id ORDER BY 1) AS entities
     FROM kb_media_objects m WHERE id = $1`,
    [id],
  )
  return hashJson(rows[0])
}

/** A rendition is stale if its recipe no longer matches the original's. */
export async function markStaleDerivatives(client: ClientBase, mediaId: string): Promise<void> {
  await client.query(
    `UPDATE kb_media_derivatives d
     SET is_stale = d.recipe_hash <> encode(sha256(convert_to(m.content_hash || d.preset, 'UTF8')), 'hex')
     FROM kb_media_objects m WHERE m.id = d.media_id AND m.id = $1 AND m.content_hash IS NOT NULL`,
    [mediaId],
  )
}
