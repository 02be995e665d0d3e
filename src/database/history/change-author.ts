import type { ClientBase } from 'pg'

export interface ChangeAuthor {
  /** As histories name them, for example `graphql:ada`. */
  readonly actor: string
  /** The provenance run that the changes belong to. */
  readonly runId?: string | null
}

/**
 * Tells the history who changes the graph until this transaction ends. Without it a change is said to be made by the
 * database role.
 *
 * @param client a client inside a transaction
 */
export async function setChangeAuthor(client: ClientBase, { actor, runId }: ChangeAuthor): Promise<void> {
  await client.query(`SELECT set_config('kb.actor', $1, true), set_config('kb.run', $2, true)`, [
    actor,
    runId ?? '',
  ])
}
