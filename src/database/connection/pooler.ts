import type { ClientBase, QueryConfig } from 'pg'
import { sqlStateOf } from './connection-loss.ts'

/** Makes statements unnamed: a transaction-mode pooler may have prepared them on another connection. */
export function forgetNames(client: ClientBase): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown
  const nameless = (first: unknown, ...rest: unknown[]) =>
    query(isNamed(first) ? withoutName(first) : first, ...rest)
  ;(client as { query: unknown }).query = nameless
}

function isNamed(given: unknown): given is QueryConfig {
  return typeof given === 'object' && given !== null && 'name' in given && !('submit' in given)
}

function withoutName({ name: _, ...statement }: QueryConfig): QueryConfig {
  return statement
}

const settings =
  'Add `pgbouncer=true` to DATABASE_URL, as in `?pgbouncer=true`, and set DIRECT_DATABASE_URL to the address without the pooler.'

/** Behind a transaction-mode pooler a prepared statement may be missing, or exist already. */
const lostStatement = new Set(['26000', '42P05'])

/** Advice if an error points to a pooler in front of the database; null for other errors. */
export function poolerAdvice(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (/unsupported startup parameter/.test(error.message))
    return `A pooler such as PgBouncer answers at the database's address, and refuses the settings of a session. ${settings}`
  if (lostStatement.has(sqlStateOf(error) ?? ''))
    return `A pooler such as PgBouncer hands connections on between statements, and prepared statements do not survive that. ${settings}`
  if (
    /query_wait_timeout|no more connections allowed|server_login_retry|server login has been failing/.test(
      error.message,
    )
  )
    return 'The pooler between this server and the database had no connection to it; see its `default_pool_size`, `max_client_conn` and log.'
  return null
}
