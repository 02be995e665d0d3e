import type { ClientBase } from 'pg'

export interface ChangeAuthor {
  readonly actor: string
  /** The provenance run of the changes. */
  readonly runId?: string | null
}

export async function setChangeAuthor(client: ClientBase, { actor, runId }: ChangeAuthor): Promise<void> {
  await client.query(`SELECT set_config('kb.actor', $1, true), set_config('kb.run', $2, true)`, [
    actor,
    runId ?? '',
  ])
}
