import type { ClientBase } from 'pg'
import { hashJson } from '../domain/hash.ts'
import { findJsonFault, type JsonObject } from '../domain/json-value.ts'
import { AppError } from '../errors.ts'

/** The editor's whole JSON as it was last saved. Its member `constellation` is the legacy payload. */
export interface ContentState {
  readonly version: number
  readonly state: JsonObject
  /** SHA-256 over the canonical JSON of `state`. */
  readonly hash: string
}

export interface SavedContentState {
  readonly version: number
  readonly hash: string
  /** False if the same state was already there: nothing was written. */
  readonly isNew: boolean
}

/** The content state in Postgres; null if none was ever saved. */
export async function readContentState(client: ClientBase): Promise<ContentState | null> {
  const found = await client.query<ContentState>(
    'SELECT version, state, hash FROM admin_content_state WHERE id = 1',
  )
  return found.rows[0] ?? null
}

/**
 * Saves the content state as the next version, and that version in the history. The same state again is no new version.
 *
 * @param client a client inside a transaction.
 * @throws AppError BAD_REQUEST with the JSON pointer of text that Postgres cannot hold.
 */
export async function saveContentState(
  client: ClientBase,
  state: JsonObject,
  by: { readonly actor: string; readonly note: string | null },
): Promise<SavedContentState> {
  const fault = findJsonFault(state)
  if (fault !== null) {
    throw new AppError(
      'BAD_REQUEST',
      `The content state cannot be saved: ${fault.reason} (at ${fault.pointer}).`,
      {
        pointer: fault.pointer,
      },
    )
  }
  const hash = hashJson(state)
  // There may be no row yet to lock, and two first savers must not both become version 1.
  await client.query('LOCK TABLE admin_content_state IN SHARE ROW EXCLUSIVE MODE')
  const present = await client.query<{ version: number; hash: string }>(
    'SELECT version, hash FROM admin_content_state WHERE id = 1',
  )
  const former = present.rows[0]
  if (former?.hash === hash) return { version: former.version, hash, isNew: false }
  const version = (former?.version ?? 0) + 1
  const text = JSON.stringify(state)
  await client.query(
    `INSERT INTO admin_content_state (id, version, state, hash, updated_by) VALUES (1, $1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET version = $1, state = $2, hash = $3, updated_at = now(), updated_by = $4`,
    [version, text, hash, by.actor],
  )
  await client.query(
    'INSERT INTO admin_history (version, state, hash, note, created_by) VALUES ($1, $2, $3, $4, $5)',
    [version, text, hash, by.note, by.actor],
  )
  return { version, hash, isNew: true }
}
