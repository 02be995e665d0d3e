import pg from 'pg'

/**
 * How the schema engine reaches a database: everything as explicit fields, because a `connectionString`
 * would win over `database` inside pg, and a shadow database must never turn out to be the main one.
 *
 * @param {string} url `postgresql://user:password@host:port/database?sslmode=…&host=/socket/folder`
 * @returns {import('pg').PoolConfig} one connection, so that session locks and SET last from call to call
 */
export function connectionFields(url) {
  const parsed = new URL(url)
  const parameter = (name) => parsed.searchParams.get(name)
  return {
    host: parameter('host') ?? decodeURIComponent(parsed.hostname.replace(/^\[|\]$/g, '')),
    port: Number(parameter('port') ?? (parsed.port || 5432)),
    user: decodeURIComponent(parsed.username) || undefined,
    password: parsed.password ? decodeURIComponent(parsed.password) : undefined,
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'postgres',
    ssl: tls(parameter('sslmode')),
    application_name: 'prisma-schema-engine',
    max: 1,
  }
}

/** `require` verifies the certificate too, as everywhere else in this project; only `no-verify` does not. */
function tls(mode) {
  if (mode === null || mode === 'disable' || mode === 'allow') return undefined
  return { rejectUnauthorized: mode !== 'no-verify' }
}

/** The schema a Prisma URL names by `?schema=`, if any. */
export const schemaOf = (url) => new URL(url).searchParams.get('schema') ?? undefined

/** Lends one connection and closes it, whatever happens. */
export async function withClient(fields, use) {
  const client = new pg.Client(fields)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/**
 * Makes the database a URL names, unless it is there already.
 * @returns {Promise<string>} its name
 */
export async function createDatabase(url) {
  const fields = connectionFields(url)
  await withClient({ ...fields, database: 'postgres' }, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [fields.database])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(fields.database)}`)
  })
  const schema = schemaOf(url)
  if (schema !== undefined) {
    await withClient(fields, (client) =>
      client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`),
    )
  }
  return fields.database
}
