import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import packageJson from '../package.json' with { type: 'json' }
import type { Pool } from 'pg'
import type { Settings } from './config.ts'
import type { DatabaseUnreachableError } from './database/connection/database-setup-error.ts'
import { createChangeSignal } from './database/connection/change-signal.ts'
import { createPool } from './database/connection/create-pool.ts'
import { directUrl, isPooled } from './database/connection/database-url.ts'
import { openDatabase } from './database/connection/open-database.ts'
import type { Database } from './database/connection/open-database.ts'
import { createSlowQueryWatcher, type QueryWatcher } from './database/connection/query-watch.ts'
import { createSchemaWatch } from './database/schema/watch.ts'
import { createCursorKey } from './domain/paging/cursor.ts'
import { sha256Hex } from './domain/hash.ts'
import { hasRole } from './domain/access/role.ts'
import { isPasswordHash } from './domain/access/password-hash.ts'
import { findPasswordFault } from './domain/access/well-known-password.ts'
import { SettingsError } from './errors.ts'
import { createArmour } from './http/limits/armour.ts'
import { createMetrics } from './http/metrics/metrics.ts'
import { createUploadEndpoint } from './http/endpoints/upload.ts'
import { createHttpServer, requireFreePort } from './http/create-http-server.ts'
import { chooseLogFormat, createLog } from './log.ts'
import type { Log } from './log.ts'
import { createOperationStarter } from './ops/run/start.ts'
import { createQueryCompiler } from './execution/query-compiler.ts'
import { prepareDatabase, prepareOnceReachable } from './ops/migrations/prepare-database.ts'
import { readGraphState } from './readers/snapshot/keeper/read-graph.ts'
import { createMetricsKeeper } from './readers/metrics-keeper.ts'
import { createReaders } from './readers/database/create-readers.ts'
import { createGraphKeeper, type GraphKeeper } from './readers/snapshot/keeper/graph-keeper.ts'
import { createPublicReader } from './readers/snapshot/public-reader.ts'
import { getOverview } from './resolvers/overview.ts'
import { createSessions } from './resolvers/session.ts'
import type { Context } from './schema/base/context.ts'
import { schema } from './schema/schema.ts'
import { prepareDataFolder, UnwritableFolderError } from './storage/data-folder.ts'
import { readKeptSecret } from './storage/kept-secret.ts'
import { createContentSignal } from './storage/content-signal.ts'
import { createMediaFiles } from './storage/media-files.ts'
import { openStorage } from './storage/open-storage.ts'
import { reportDegradation } from './storage/report-degradation.ts'
import { startTracing, type Tracing } from './tracing.ts'

export interface RunningServer {
  /** The URL it listens on, with the actual port and no trailing slash. */
  readonly url: string
  /** Reports not ready but keeps responding for `KB_DRAIN_MS`, so that load balancers go elsewhere. */
  drain(): Promise<void>
  /** Finishes requests in progress (10 seconds at most), stops listening and closes the database. */
  stop(): Promise<void>
}

export interface ServerOptions {
  /** For benchmarks: no cost limits, timing or counting of operations. */
  readonly isUnarmed?: boolean
  /** Aborts the startup between its steps, with an AbortError. */
  readonly signal?: AbortSignal
}

const graceMs = 10_000
/** How often to check the database where no LISTEN connection would notice its loss. */
const defaultCheckMs = 2000
const storageKinds = { neon: 'NEON', blob: 'BLOB', file: 'FILE' } as const

/**
 * Opens the database, migrates and fills an embedded one, and listens. Throws a SettingsError, or a
 * DatabaseSetupError before anything was written.
 */
export async function startServer(
  settings: Settings,
  log: Log = createServerLog(settings),
  options: ServerOptions = {},
): Promise<RunningServer> {
  checkAdminPassword(settings)
  await requireFreePort(settings.host, settings.port)
  if (settings.databaseUrl !== null) prepareOptionalFolder(settings, log)
  const tracing = settings.tracesEndpoint === null ? null : await startTracing(settings.serviceName)
  const watchers = createWatchers(settings, log, tracing)
  const database = await openDatabase(settings, {
    log,
    statementTimeout: settings.operationTimeoutMs,
    watchers,
  })
  try {
    options.signal?.throwIfAborted()
    const unreachable = await prepareDatabase(settings, database, log)
    options.signal?.throwIfAborted()
    const { isUnarmed = false } = options
    const { url, drain, stop } = await listen({ settings, database, log, tracing, isUnarmed, unreachable })
    log.info(
      settings.production
        ? `Listening on ${url}`
        : `GraphQL is at ${url}/graphql (open it in a browser for GraphiQL).`,
    )
    return {
      url,
      async drain() {
        drain()
        if (settings.drainMs > 0)
          log.info(
            `Draining for ${settings.drainMs} ms: /readyz reports \`not ready\`, requests are still served.`,
          )
        await sleep(settings.drainMs)
      },
      async stop() {
        log.info('Stopping: finishing requests in progress. Press Ctrl-C again to exit at once.')
        await stop(graceMs)
        await database.stop()
        await tracing?.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

interface Start {
  readonly settings: Settings
  readonly database: Database
  readonly log: Log
  readonly tracing: Tracing | null
  readonly isUnarmed: boolean
  /** Set if the database is unreachable and the cached graph is served for now. */
  readonly unreachable: DatabaseUnreachableError | null
}

async function listen(start: Start) {
  const { settings, database, log, unreachable } = start
  const parts = createParts(start)
  await parts.keeper.start().catch((error: unknown) => {
    throw unreachable ?? error
  })
  if (unreachable !== null) log.warn(`${unreachable.message} Serving the cached graph until then.`)
  const address = { url: settings.baseUrl ?? '' }
  const server = createServer(start, parts, address, createCursorKey(await cursorSecret(settings)))
  const url = await server.listen(settings.host, settings.port).catch(async (error: unknown) => {
    await stopParts(parts)
    throw error
  })
  if (settings.baseUrl === null) address.url = url
  const prepared = unreachable && prepareOnceReachable(settings, database, log, parts.stopping.signal)
  return {
    url,
    drain() {
      server.drain()
      parts.graphMetrics.stop()
    },
    async stop(grace: number) {
      // Disconnect followers and stop operations before waiting for requests in progress.
      parts.stopping.abort()
      parts.graphMetrics.stop()
      await parts.operations.stop()
      await server.stop(grace)
      await prepared
      await stopParts(parts)
    },
  }
}

type Parts = ReturnType<typeof createParts>

/** Creates all parts without starting them; they do not know each other. */
function createParts({ settings, database, log, isUnarmed }: Start) {
  const { pool } = database
  const storage = openStorage(settings, pool, reportDegradation(log))
  const stopping = new AbortController()
  const graphMetrics = createMetricsKeeper()
  const operationsPool = createOperationsPool(settings, database, log)
  const changes = createChangeSignal({
    pool,
    directUrl: listenUrl(settings, database),
    pollMs: settings.changePollMs,
    log,
  })
  return {
    storage,
    stopping,
    graphMetrics,
    operationsPool,
    databaseSchema: createSchemaWatch(pool, log),
    media: createMediaFiles(settings.dataDir),
    sessions: createSessions({
      pool,
      adminPassword: settings.adminPassword,
      adminPasswordHash: settings.adminPasswordHash,
    }),
    operations: createOperationStarter({
      openContext: () => ({ pool: operationsPool.get(), storage, settings, log, now: () => new Date() }),
    }),
    readers: createReaders(pool, undefined, graphMetrics),
    armour: { ...createArmour(settings, schema), isOff: isUnarmed },
    live: { graph: changes, content: createContentSignal(storage.driver), stopping: stopping.signal },
    keeper: createGraphKeeper({
      pool,
      changes,
      checkEveryMs: settings.changePollMs ?? defaultCheckMs,
      maxBytes: settings.snapshotMaxMb * 2 ** 20,
      file: join(settings.dataDir, 'graph', `${graphFileName(settings)}.snapshot`),
      log,
    }),
  }
}

async function stopParts({
  stopping,
  graphMetrics,
  databaseSchema,
  operations,
  keeper,
  live,
  operationsPool,
}: Parts): Promise<void> {
  stopping.abort()
  graphMetrics.stop()
  await databaseSchema.stop()
  await operations.stop()
  await keeper.stop()
  await Promise.all([live.graph.stop(), live.content.stop(), operationsPool.stop()])
}

/** @param address known only once the server listens, unless BASE_URL is set */
function createServer(
  { settings, database, log, tracing }: Start,
  parts: Parts,
  address: { readonly url: string },
  cursorKey: ReturnType<typeof createCursorKey>,
) {
  const { pool } = database
  const { armour, databaseSchema, graphMetrics, keeper, live, media, operations, readers, storage } = parts
  const publicReader = createPublicReader(keeper, readers.now.published, graphMetrics)
  const shared = {
    cursorKey,
    service: {
      version: packageJson.version,
      gitCommit: settings.gitCommit,
      storage: storageKinds[settings.adminStorageBackend],
      limits: armour,
      isTrustedOnly: armour.isTrustedOnly,
      isDatabaseReachable: async () => (await databaseSchema.look()).isReachable,
    },
    admin: { pool, storage, operations, media },
    graph: keeper,
  } as const
  return createHttpServer({
    schema,
    compile: createQueryCompiler({ schema, current: keeper.current, cursorKey }),
    graph: keeper,
    answerCacheBytes: settings.snapshotMaxMb > 0 ? settings.answerCacheMb * 2 ** 20 : 0,
    readGraphState: () => readGraphState(pool),
    armour,
    metrics: createMetrics(pool, keeper),
    tracing,
    createContext: ({ actor, requestId, isStillAllowed, budget, warnings }): Context => {
      const sees = hasRole(actor, 'EDITOR') ? 'all' : 'published'
      const readerAt = (moment: string) => readers.at(sees, moment)
      return {
        ...shared,
        reader: sees === 'published' ? publicReader() : readers.now.all,
        graphState: sees === 'published' ? (keeper.current()?.snapshot.state ?? null) : null,
        readerAt,
        actor,
        requestId,
        baseUrl: address.url,
        live: { ...live, isStillAllowed },
        budget,
        warnings,
      }
    },
    sessions: parts.sessions,
    readOverview: () => getOverview(pool, storage),
    isSecure: settings.baseUrl?.startsWith('https:') ?? false,
    hasGraphiql: !settings.production,
    mediaDir: join(settings.dataDir, 'media'),
    cursorKey,
    answerUpload: createUploadEndpoint(pool, media),
    reader: publicReader,
    async readReadiness() {
      const { isReachable, problem, newer } = await databaseSchema.look()
      return {
        database: isReachable ? 'ok' : 'not reachable',
        migrations: isReachable ? (problem ?? 'ok') : 'unknown',
        ...(newer.length > 0 && { newerMigrations: newer }),
        graph: describeGraph(keeper),
      }
    },
    maxGraphAge: settings.maxGraphAge,
    log,
  })
}

function describeGraph(keeper: GraphKeeper): { version: number; ageSeconds: number } | null {
  const graph = keeper.current()
  return graph && { version: graph.snapshot.state.version, ageSeconds: keeper.freshness().ageSeconds }
}

/** Cached graphs of several databases may share a folder. */
function graphFileName({ databaseUrl }: Settings): string {
  return databaseUrl === null ? 'embedded' : sha256Hex(databaseUrl).slice(0, 16)
}

/** Observers of every statement on the request path. */
function createWatchers({ slowQueryMs }: Settings, log: Log, tracing: Tracing | null): QueryWatcher[] {
  const trace = (text: string) =>
    tracing!.begin(text.split(' ', 1)[0]!, { 'db.system': 'postgresql', 'db.statement': text })
  return [...(slowQueryMs > 0 ? [createSlowQueryWatcher(slowQueryMs, log)] : []), ...(tracing ? [trace] : [])]
}

/** A URL where LISTEN works; null if only a pooler is known, which drops notifications. */
function listenUrl(settings: Settings, { url, isEmbedded }: Database): string | null {
  if (isEmbedded) return url
  const known = settings.directDatabaseUrl ?? url
  return isPooled(known) ? null : known
}

/** Operations need direct connections without a statement timeout. */
function createOperationsPool(settings: Settings, { url, isEmbedded }: Database, log: Log) {
  let pool: Pool | undefined
  return {
    get: () =>
      (pool ??= createPool(isEmbedded ? url : (directUrl(settings) ?? url), {
        log,
        max: 6,
        statementTimeout: 0,
      })),
    stop: () => pool?.end(),
  }
}

/** Throws if a production server has no admin password or a guessable one. */
function checkAdminPassword({ production, adminPassword, adminPasswordHash }: Settings): void {
  if (adminPasswordHash !== null && !isPasswordHash(adminPasswordHash))
    throw new SettingsError([
      'ADMIN_PASSWORD_HASH is not an argon2id hash; create one with `npx kb admin hash-password`.',
    ])
  if (!production || adminPasswordHash !== null) return
  const fault =
    adminPassword === null
      ? 'is missing; a production server needs the password of its first admin, or ADMIN_PASSWORD_HASH'
      : findPasswordFault(adminPassword)
  if (fault !== null) throw new SettingsError([`ADMIN_PASSWORD ${fault}.`])
}

/** With a database URL the folder only holds media and the cached graph, both optional. */
function prepareOptionalFolder({ dataDir }: Settings, log: Log): void {
  try {
    prepareDataFolder(dataDir)
  } catch (error) {
    if (!(error instanceof UnwritableFolderError)) throw error
    log.warn(`${error.message} Until then uploads fail, and the graph is not cached for the next start.`)
  }
}

/** All processes behind one address need the same secret, or they reject each other's cursors. */
async function cursorSecret({ cursorSecret, databaseUrl, dataDir }: Settings): Promise<string> {
  return cursorSecret ?? databaseUrl ?? (await readKeptSecret(join(dataDir, 'cursor-secret')))
}

function createServerLog(settings: Settings): Log {
  const format = chooseLogFormat(settings.production, process.stderr, process.env)
  return createLog({ level: settings.logLevel, ...format })
}
