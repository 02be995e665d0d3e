import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GraphQLSchema } from 'graphql'
import { createChangeSignal } from '../../src/database/connection/change-signal.ts'
import { isDatabaseUnavailable } from '../../src/database/connection/database-unavailable.ts'
import { createCursorKey } from '../../src/domain/paging/cursor.ts'
import { sha256Hex } from '../../src/domain/hash.ts'
import { hasRole, type Role } from '../../src/domain/access/role.ts'
import { sessionCookie } from '../../src/http/endpoints/session-cookie.ts'
import { createArmour, type Armour } from '../../src/http/limits/armour.ts'
import { createOperationStarter } from '../../src/ops/run/start.ts'
import { createUploadEndpoint } from '../../src/http/endpoints/upload.ts'
import { createContentSignal } from '../../src/storage/content-signal.ts'
import { createMediaFiles } from '../../src/storage/media-files.ts'
import { createQueryCompiler } from '../../src/execution/query-compiler.ts'
import { createReaders } from '../../src/readers/database/create-readers.ts'
import { createGraphKeeper, type GraphKeeper } from '../../src/readers/snapshot/keeper/graph-keeper.ts'
import { createPublicReader } from '../../src/readers/snapshot/public-reader.ts'
import { readGraphState } from '../../src/readers/snapshot/keeper/read-graph.ts'
import type { StatementEvent } from '../../src/readers/database/sql/statement.ts'
import { getOverview } from '../../src/resolvers/overview.ts'
import { createSessions } from '../../src/resolvers/session.ts'
import type { Context } from '../../src/schema/base/context.ts'
import { schema as productSchema } from '../../src/schema/schema.ts'
import { startTestServer, type TestAnswer, type TestServer } from './http-server.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createOpsContext } from './ops-context.ts'
import { writeSmallGraph } from './small-graph.ts'

/** The password of the test servers' admin. */
export const testPassword = 'wide-otter-counts-tidal-maps'

/** The key that signs the cursors of test servers. */
export const testCursorKey = createCursorKey('a secret of the tests')

/** The real API over a real database, behind a real HTTP server. */
export interface GraphApi {
  readonly database: TestDatabase
  readonly server: TestServer
  /** Every SQL statement of the readers since the list was last emptied. */
  readonly statements: StatementEvent[]
  /** Keeps the graph in memory, if it does. */
  readonly keeper: GraphKeeper
  /** The data of an operation that must succeed. */
  query<Data = any>(query: string, variables?: unknown): Promise<Data> // eslint-disable-line @typescript-eslint/no-explicit-any
  /** The header `cookie` of somebody with that role. */
  cookieOf(role: Role): Promise<string>
  /** POST one operation as somebody with that role; the whole answer. */
  askAs(role: Role, query: string, variables?: unknown): Promise<TestAnswer>
  stop(): Promise<void>
}

export interface GraphApiOptions {
  /** Settings beside the database. */
  readonly env?: Readonly<Record<string, string>>
  /** How long an operation may keep its caller waiting. */
  readonly longestWaitMs?: number
  /** Another schema than the product's, with a fault planted. */
  readonly schema?: GraphQLSchema
  /** Limits that are lifted. */
  readonly armour?: Partial<Armour>
  /** Whether the public is answered from memory; each question then waits for what was written before it. */
  readonly inMemory?: boolean
}

/** @param fill what is in the database; by default the small graph */
export async function startGraphApi(
  fill: (pool: TestDatabase['pool']) => Promise<void> = writeSmallGraph,
  database?: TestDatabase,
  {
    env = {},
    longestWaitMs = 20_000,
    schema = productSchema,
    armour: lifted = {},
    inMemory = process.env['TEST_IN_MEMORY'] === 'true',
  }: GraphApiOptions = {},
): Promise<GraphApi> {
  const own = database ?? (await createTestDatabase())
  await fill(own.pool)
  const statements: StatementEvent[] = []
  const dataDir = await mkdtemp(join(tmpdir(), 'kb-data-'))
  const ctx = createOpsContext(own, { KB_DATA_DIR: dataDir, ...env })
  const media = createMediaFiles(ctx.settings.dataDir)
  const operations = createOperationStarter({ openContext: () => ctx, longestWaitMs })
  const armour = { ...createArmour(ctx.settings, schema), ...lifted }
  const readers = createReaders(own.pool, (event) => statements.push(event))
  const graphSignal = createChangeSignal({
    pool: own.pool,
    directUrl: own.url,
    pollMs: ctx.settings.changePollMs,
    log: ctx.log,
  })
  const keeper = createGraphKeeper({
    pool: own.pool,
    changes: graphSignal,
    checkEveryMs: 1000,
    maxBytes: inMemory ? 2 ** 30 : 0,
    file: null,
    log: ctx.log,
  })
  await keeper.start()
  const publicReader = createPublicReader(keeper, readers.now.published)
  const context: Omit<
    Context,
    'actor' | 'requestId' | 'reader' | 'readerAt' | 'live' | 'budget' | 'warnings' | 'graphState'
  > = {
    admin: { pool: own.pool, storage: ctx.storage, operations, media },
    cursorKey: testCursorKey,
    baseUrl: 'http://media.example.org',
    service: {
      version: '0.0.0-test',
      gitCommit: null,
      storage: 'NEON',
      limits: armour,
      isTrustedOnly: armour.isTrustedOnly,
      isDatabaseReachable: () => Promise.resolve(true),
    },
    graph: keeper,
  }
  const sessions = createSessions({ pool: own.pool, adminPassword: testPassword, adminPasswordHash: null })
  const stopping = new AbortController()
  const live = {
    graph: graphSignal,
    content: createContentSignal(ctx.storage.driver),
    stopping: stopping.signal,
  }
  const started = await startTestServer({
    schema,
    compile: createQueryCompiler({ schema, current: keeper.current, cursorKey: testCursorKey }),
    graph: keeper,
    answerCacheBytes: 2 ** 20,
    readGraphState: () => readGraphState(own.pool),
    armour,
    createContext: ({ actor, requestId, isStillAllowed, budget, warnings }) => {
      const sees = hasRole(actor, 'EDITOR') ? 'all' : 'published'
      const readerAt = (moment: string) => readers.at(sees, moment)
      return {
        ...context,
        reader: sees === 'published' ? publicReader() : readers.now.all,
        graphState: sees === 'published' ? (keeper.current()?.snapshot.state ?? null) : null,
        readerAt,
        actor,
        requestId,
        live: { ...live, isStillAllowed },
        budget,
        warnings,
      }
    },
    sessions,
    reader: publicReader,
    mediaDir: join(dataDir, 'media'),
    answerUpload: createUploadEndpoint(own.pool, media),
    readOverview: () => getOverview(own.pool, ctx.storage),
  })
  const server: TestServer = !inMemory
    ? started
    : {
        ...started,
        async ask(...question) {
          const state = await readGraphState(own.pool).catch((error: unknown) => {
            if (!isDatabaseUnavailable(error)) throw error
            return null
          })
          if (state !== null) await keeper.reached(state.version)
          return started.ask(...question)
        },
      }
  const cookies = new Map<Role, string>()
  const cookieOf = async (role: Role) => {
    const found = cookies.get(role)
    if (found !== undefined) return found
    const token = randomBytes(32).toString('base64url')
    const name = role.toLowerCase()
    // By SQL: a test file that only reads as an editor does not wait for Prisma Client.
    await own.pool.query(
      `INSERT INTO admin_sessions (token_hash, name, role, expires_at) VALUES ($1, $2, $3, now() + interval '1 hour')`,
      [sha256Hex(token), name, role],
    )
    const cookie = `${sessionCookie}=${token}`
    cookies.set(role, cookie)
    return cookie
  }
  return {
    database: own,
    server,
    statements,
    keeper,
    async query(query, variables) {
      const { body } = await server.ask(query, variables)
      if (body.errors) throw new Error(JSON.stringify(body.errors, null, 1))
      return body.data as never
    },
    cookieOf,
    async askAs(role, query, variables) {
      return server.ask(query, variables, { cookie: await cookieOf(role) })
    },
    async stop() {
      stopping.abort()
      await operations.stop()
      await server.stop()
      await keeper.stop()
      await Promise.all([live.graph.stop(), live.content.stop()])
      await own.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
