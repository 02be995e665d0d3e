import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { CatalogClient, withCharColumns } from './catalog-client.mjs'
import { connectionFields, schemaOf, withClient } from './connection.mjs'

/**
 * Prisma's own driver adapter for Postgres, with its behaviour put right where a migration needs it:
 * scripts are sent whole, "char" columns pass, and a shadow database is always a fresh one.
 *
 * @param {string} url the database the engine works on
 * @param {string | undefined} shadowUrl a server for shadow databases, when it is another one
 * @param {(error: unknown) => void} onScriptError told the database's own error when a script fails
 */
export function createAdapterFactory(url, shadowUrl, onScriptError) {
  const factory = new PrismaPg(connectionFields(url))
  factory.connect = () => connect(connectionFields(url), { schema: schemaOf(url) }, onScriptError)
  factory.connectToShadowDb = () => connectToShadow(connectionFields(shadowUrl ?? url), onScriptError)
  return bindMigrationAwareSqlAdapterFactory(factory)
}

async function connect(fields, options, onScriptError) {
  const adapter = await new PrismaPg({ ...fields, Client: CatalogClient }, options).connect()
  // The adapter sends `script.split(';')` piece by piece: that breaks $$ bodies and leaves the first half of a
  // failed migration behind. Sent whole, the script is one implicit transaction, as the native engine has it.
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script)
    } catch (error) {
      onScriptError(error)
      adapter.onError(error)
    }
  }
  const startTransaction = adapter.startTransaction.bind(adapter)
  adapter.startTransaction = async (...args) => withCharColumns(await startTransaction(...args))
  return withCharColumns(adapter)
}

/** The adapter's own version reaches the *main* database when it was given a URL, so it is never used. */
async function connectToShadow(server, onScriptError) {
  const database = `prisma_migrate_shadow_db_${randomUUID()}`
  const drop = () =>
    withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`))
  await withClient(server, (client) => client.query(`CREATE DATABASE "${database}"`))
  const shadow = await connect({ ...server, database }, undefined, onScriptError)
  const close = shadow.dispose.bind(shadow)
  shadow.dispose = async () => {
    await close()
    await drop()
  }
  const { rows } = await shadow.queryRaw({ sql: 'SELECT current_database()::text', args: [], argTypes: [] })
  if (rows[0][0] !== database) {
    await shadow.dispose()
    throw new Error(`The shadow connection reached the database ${rows[0][0]} instead of ${database}.`)
  }
  return shadow
}
