import type { ClientBase } from 'pg'

/** One use of a key: by whom, for which mutation, with which input. */
export interface KeyUse {
  readonly actor: string
  readonly operation: string
  readonly key: string
  readonly inputHash: string
}

/** Hours for which a key is known. */
const keptHours = 24

/** What a key was used for before; null if it is new. Call it inside a transaction that lets one writer in at a time. */
export async function findKeyUse<Result>(
  client: ClientBase,
  { actor, operation, key }: Omit<KeyUse, 'inputHash'>,
): Promise<{ readonly inputHash: string; readonly result: Result } | null> {
  const { rows } = await client.query<{ inputHash: string; result: Result }>(
    `SELECT input_hash AS "inputHash", result FROM admin_idempotency_keys
     WHERE actor = $1 AND operation = $2 AND key = $3 AND created_at > now() - make_interval(hours => $4)`,
    [actor, operation, key, keptHours],
  )
  return rows[0] ?? null
}

/** Keeps what a mutation answered, and forgets keys whose time is over. */
export async function keepKeyUse(
  client: ClientBase,
  { actor, operation, key, inputHash }: KeyUse,
  result: object,
): Promise<void> {
  await client.query(
    `DELETE FROM admin_idempotency_keys WHERE created_at <= now() - make_interval(hours => $1)`,
    [keptHours],
  )
  await client.query(
    `INSERT INTO admin_idempotency_keys (actor, operation, key, input_hash, result) VALUES ($1, $2, $3, $4, $5)`,
    [actor, operation, key, inputHash, JSON.stringify(result)],
  )
}
