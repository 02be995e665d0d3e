import type { ClientBase } from 'pg'
import { useCanonicalText } from './row-text.ts'

/** `useCanonicalText` that keeps the transaction's own statement timeout. */
export async function useCanonicalTextWithin(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ limit: string }>(
    `SELECT current_setting('statement_timeout') AS limit`,
  )
  await useCanonicalText(client)
  await client.query(`SELECT set_config('statement_timeout', $1, true)`, [rows[0]?.limit ?? '0'])
}
