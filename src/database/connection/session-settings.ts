import pg, { type ClientBase } from 'pg'
import { DatabaseSetupError } from './database-setup-error.ts'
import { describeUrl } from './database-url.ts'
import { within } from './silence.ts'

const oldestVersion = 15

interface Setting {
  readonly name: string
  readonly value: string
  /** SQL condition: the session has this value or an equivalent one. */
  readonly fits: string
}

const settings: readonly Setting[] = [
  { name: 'search_path', value: 'public', fits: `(current_schemas(false))[1] = 'public'` },
  { name: 'DateStyle', value: 'ISO, YMD', fits: `current_setting('DateStyle') LIKE 'ISO%'` },
  { name: 'IntervalStyle', value: 'postgres', fits: `current_setting('IntervalStyle') = 'postgres'` },
  { name: 'TimeZone', value: 'UTC', fits: 'true' },
  { name: 'extra_float_digits', value: '1', fits: `current_setting('extra_float_digits')::int > 0` },
  { name: 'bytea_output', value: 'hex', fits: `current_setting('bytea_output') = 'hex'` },
  { name: 'array_nulls', value: 'on', fits: `current_setting('array_nulls') = 'on'` },
  { name: 'transform_null_equals', value: 'off', fits: `current_setting('transform_null_equals') = 'off'` },
  {
    name: 'standard_conforming_strings',
    value: 'on',
    fits: `current_setting('standard_conforming_strings') = 'on'`,
  },
]

/** Only a superuser can change this; without it no history is written. */
const replicationRole = {
  name: 'session_replication_role',
  value: 'origin',
  fits: `current_setting('session_replication_role') = 'origin'`,
}

interface Session {
  readonly version: number
  readonly encoding: string
  readonly role: string
  readonly database: string
  readonly unfit: string[]
}

const describeSession = (checked: readonly Setting[]) => `
  current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
  current_user::text AS role, current_database()::text AS database,
  array_remove(ARRAY[${checked.map(({ name, fits }) => `CASE WHEN ${fits} THEN NULL ELSE ${pg.escapeLiteral(name)} END`).join(', ')}], NULL) AS unfit`

const assign = settings.map(
  ({ name, value }) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, false)`,
)
const ownSession = `SELECT ${describeSession([replicationRole])}, ${assign.join(', ')}`
const sharedSession = `SELECT ${describeSession([...settings, replicationRole])}`

/**
 * Gives a new session the settings this program relies on for reading values and resolving names. Poolers
 * share sessions, so behind one unsuitable settings are refused instead.
 * @throws DatabaseSetupError naming the setting, encoding or version, and the remedy
 */
export async function prepareSession(client: ClientBase, url: string, isPooled: boolean): Promise<void> {
  const text = isPooled ? sharedSession : ownSession
  const session = (await client.query<Session>({ text, ...within(5000) })).rows[0]!
  const { version, encoding } = session
  if (version < oldestVersion || encoding !== 'UTF8')
    throw new DatabaseSetupError(
      `The database ${describeUrl(url)} is PostgreSQL ${version} with the encoding ${encoding}; PostgreSQL ${oldestVersion} or newer ` +
        `with UTF8 is needed. Make one: CREATE DATABASE name TEMPLATE template0 ENCODING 'UTF8'.`,
      undefined,
      3,
    )
  if (session.unfit.length > 0) throw refuse(session, url)
}

function refuse({ unfit, role, database }: Session, url: string): DatabaseSetupError {
  const statements = [...settings, replicationRole]
    .filter(({ name }) => unfit.includes(name))
    .map(({ name, value }) => {
      const text = name === 'search_path' ? value : pg.escapeLiteral(value)
      return `ALTER ROLE ${pg.escapeIdentifier(role)} IN DATABASE ${pg.escapeIdentifier(database)} SET ${name} = ${text};`
    })
  return new DatabaseSetupError(
    `In the database ${describeUrl(url)} sessions of the role ${role} begin with a value of ${unfit.join(', ')} that this program ` +
      `cannot use and may not change by itself. Set it once: ${statements.join(' ')}`,
    undefined,
    3,
  )
}
