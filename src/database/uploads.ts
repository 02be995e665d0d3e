import type { ClientBase, Pool } from 'pg'
import { toRfc3339 } from '../domain/timestamp.ts'

/** A row of `admin_uploads`: what bytes are expected, and for what. */
export interface Upload {
  readonly id: string
  readonly key: string
  readonly mimeType: string
  readonly byteSize: number
  readonly sha256: string
  readonly expiresAt: string
}

type UploadRow = Omit<Upload, 'byteSize'> & { readonly byteSize: string }
const columns = `id, key, mime_type AS "mimeType", byte_size AS "byteSize", sha256, expires_at::text AS "expiresAt"`

function toUpload(row: UploadRow): Upload {
  return { ...row, byteSize: Number(row.byteSize), expiresAt: toRfc3339(row.expiresAt) }
}

/** Announces an upload, and forgets those whose time is over. */
export async function insertUpload(
  client: ClientBase,
  upload: Omit<Upload, 'id' | 'expiresAt'> & { readonly createdBy: string; readonly seconds: number },
): Promise<Upload> {
  await client.query('DELETE FROM admin_uploads WHERE expires_at < now()')
  const { rows } = await client.query<UploadRow>(
    `INSERT INTO admin_uploads (key, mime_type, byte_size, sha256, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6)) RETURNING ${columns}`,
    [upload.key, upload.mimeType, upload.byteSize, upload.sha256, upload.createdBy, upload.seconds],
  )
  return toUpload(rows[0]!)
}

/** An upload whose time is not over. */
export async function findUpload(client: ClientBase | Pool, id: string): Promise<Upload | null> {
  const { rows } = await client.query<UploadRow>(
    `SELECT ${columns} FROM admin_uploads WHERE id = $1 AND expires_at > now()`,
    [id],
  )
  return rows[0] === undefined ? null : toUpload(rows[0])
}

export async function deleteUpload(client: ClientBase, id: string): Promise<void> {
  await client.query('DELETE FROM admin_uploads WHERE id = $1', [id])
}
