import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import type { Settings } from './config.ts'
import { ensureSchema } from './database/ensure-schema.ts'
import { openDatabase } from './database/open-database.ts'
import type { Database } from './database/open-database.ts'
import { readDatabaseState } from './database/database-state.ts'
import { createCursorKey } from './domain/cursor.ts'
import { createHttpServer } from './http/create-http-server.ts'
import { chooseLogFormat, createLog } from './log.ts'
import type { Log } from './log.ts'
import { loadSample } from './ops/load-sample.ts'
import { createDatabaseReader } from './readers/database/database-reader.ts'
import type { Context } from './schema/context.ts'
import { schema } from './schema/schema.ts'
import { readKeptSecret } from './storage/kept-secret.ts'

export interface RunningServer {
  /** Where it listens, with the port in fact taken; no slash at the end. */
  readonly url: string
  /** Answers what is in flight (10 seconds at most), closes the door, then the database. */
  stop(): Promise<void>
}

const graceMs = 10_000
const statementTimeoutMs = 30_000
const storageKinds = { neon: 'NEON', blob: 'BLOB', file: 'FILE' } as const

/**
 * Open the database, bring an embedded one up to date and fill it if it is empty, then listen.
 *
 * @throws SettingsError where a setting does not fit this machine, such as a port in use
 * @throws DatabaseSetupError where the database cannot be used; nothing was written to it
 * @example const server = await startServer(loadSettings(process.env)); await server.stop()
 */
export async function startServer(
  settings: Settings,
  log: Log = createServerLog(settings),
): Promise<RunningServer> {
  const database = await openDatabase(settings, { log, statementTimeout: statementTimeoutMs })
  try {
    await ensureSchema(database, { log })
    if (database.isEmbedded && settings.sample !== 'none')
      await loadSample({ pool: database.pool, dataDir: settings.dataDir, log })
    const { url, stop } = await listen(settings, database, log)
    log.info(
      settings.production
        ? `Listening on ${url}`
        : `Ask GraphQL at ${url}/graphql (a browser gets GraphiQL).`,
    )
    return {
      url,
      async stop() {
        log.info('Stopping: requests in flight are answered first. Ctrl-C once more ends at once.')
        await stop(graceMs)
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

async function listen(settings: Settings, database: Database, log: Log) {
  const { pool } = database
  const state = () => readDatabaseState(pool)
  const reader = createDatabaseReader(pool)
  const shared = {
    reader,
    cursorKey: createCursorKey(await cursorSecret(settings)),
    service: {
      version: packageJson.version,
      gitCommit: null,
      storage: storageKinds[settings.adminStorageBackend],
      isDatabaseReachable: async () => (await state()).isReachable,
    },
  } as const
  let url = settings.baseUrl ?? ''
  const server = await createHttpServer({
    schema,
    createContext: (): Context => ({ ...shared, baseUrl: url }),
    hasGraphiql: !settings.production,
    mediaDir: join(settings.dataDir, 'media'),
    reader,
    async readReadiness() {
      const { isReachable, problem } = await state()
      return {
        database: isReachable ? 'ok' : 'not reachable',
        migrations: isReachable ? (problem ?? 'ok') : 'unknown',
      }
    },
    log,
  })
  const address = await server.listen(settings.host, settings.port)
  if (settings.baseUrl === null) url = address
  return { url: address, stop: (grace: number) => server.stop(grace) }
}

/** The same in every process that clients reach under one address, or cursors of one are refused by another. */
async function cursorSecret({ cursorSecret, databaseUrl, dataDir }: Settings): Promise<string> {
  return cursorSecret ?? databaseUrl ?? (await readKeptSecret(join(dataDir, 'cursor-secret')))
}

function createServerLog(settings: Settings): Log {
  const format = chooseLogFormat(settings.production, process.stderr, process.env)
  return createLog({ level: settings.logLevel, ...format })
}
