import type { ClientBase, Pool } from 'pg'

/** A database's own identity; a URL does not prove what it points at. */
export interface DatabaseIdentity {
  /** Cluster identifier; null where the server hides it from this role. */
  readonly system: string | null
  /** Neon branch; branches of a project share the cluster identifier. Null elsewhere. */
  readonly timeline: string | null
  readonly database: string
  /** Distinguishes databases of one cluster, even after a rename. */
  readonly databaseId: string
  /** Set by `kb env mark`; `unmarked` if never set or the table does not exist yet. */
  readonly environment: string
}

export const environmentNames = ['production', 'preview', 'development', 'fixture'] as const
export type EnvironmentName = (typeof environmentNames)[number]

export async function readIdentity(client: ClientBase | Pool): Promise<DatabaseIdentity> {
  const { rows } = await client.query<Omit<DatabaseIdentity, 'system' | 'environment'> & { marked: boolean }>(
    `SELECT current_database() AS database, oid::text AS "databaseId",
       nullif(current_setting('neon.timeline_id', true), '') AS timeline,
       to_regclass('public.admin_environment') IS NOT NULL AS marked
     FROM pg_database WHERE datname = current_database()`,
  )
  const { marked, ...identity } = rows[0]!
  return {
    system: await readSystem(client),
    ...identity,
    environment: marked ? await readEnvironment(client) : 'unmarked',
  }
}

/**
 * Hosted servers may withhold it. The privilege is checked first, since an error would abort the transaction.
 */
async function readSystem(client: ClientBase | Pool): Promise<string | null> {
  const allowed = await client.query<{ allowed: boolean }>(
    `SELECT has_function_privilege('pg_control_system()', 'EXECUTE') AS allowed`,
  )
  if (allowed.rows[0]?.allowed !== true) return null
  const { rows } = await client.query<{ id: string }>(
    'SELECT system_identifier::text AS id FROM pg_control_system()',
  )
  return rows[0]?.id ?? null
}

async function readEnvironment(client: ClientBase | Pool): Promise<string> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM public.admin_environment')
  return rows[0]?.name ?? 'unmarked'
}

/** Whether two identities match. Where a server hides its identifier, equal names count as the same. */
export function isSameDatabase(left: DatabaseIdentity, right: DatabaseIdentity): boolean {
  const isSameSystem = left.system === null || right.system === null || left.system === right.system
  return isSameSystem && left.timeline === right.timeline && left.databaseId === right.databaseId
}
