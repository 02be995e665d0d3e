import type { ClientBase } from 'pg'
import { hashJson, sha256Hex } from '../../domain/hash.ts'
import { parseJson } from '../../domain/json/parse.ts'
import type { BackupContent } from './manifest.ts'

/**
 * Version and canonical hash of the content state. A state without a canonical form (an integer beyond 2^53,
 * written directly) is hashed as text, so that it can be backed up too.
 */
export async function readContentHash(client: ClientBase): Promise<BackupContent['contentState']> {
  const { rows } = await client.query<{ version: number; text: string }>(
    'SELECT version, state::text AS text FROM public.admin_content_state WHERE id = 1',
  )
  const [row] = rows
  return row === undefined ? null : { version: row.version, hash: hashState(row.text) }
}

function hashState(text: string): string {
  try {
    return hashJson(parseJson(text))
  } catch {
    return sha256Hex(text)
  }
}
