import { createCursorKey } from '../../src/domain/cursor.ts'
import { createDatabaseReader } from '../../src/readers/database/database-reader.ts'
import type { StatementEvent } from '../../src/readers/database/statement.ts'
import type { Context } from '../../src/schema/context.ts'
import { schema } from '../../src/schema/schema.ts'
import { startTestServer, type TestServer } from './http-server.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { writeSmallGraph } from './small-graph.ts'

/** The key that signs the cursors of test servers. */
export const testCursorKey = createCursorKey('a secret of the tests')

/** The real API over a real database, behind a real HTTP server. */
export interface GraphApi {
  readonly database: TestDatabase
  readonly server: TestServer
  /** Every SQL statement of the readers since the list was last emptied. */
  readonly statements: StatementEvent[]
  /** The data of an operation that must succeed. */
  query<Data = any>(query: string, variables?: unknown): Promise<Data> // eslint-disable-line @typescript-eslint/no-explicit-any
  stop(): Promise<void>
}

/** @param fill what is in the database; by default the small graph */
export async function startGraphApi(
  fill: (pool: TestDatabase['pool']) => Promise<void> = writeSmallGraph,
  database?: TestDatabase,
): Promise<GraphApi> {
  const own = database ?? (await createTestDatabase())
  await fill(own.pool)
  const statements: StatementEvent[] = []
  const context: Context = {
    reader: createDatabaseReader(own.pool, (event) => statements.push(event)),
    cursorKey: testCursorKey,
    baseUrl: 'http://media.example.org',
    service: {
      version: '0.0.0-test',
      gitCommit: null,
      storage: 'NEON',
      isDatabaseReachable: () => Promise.resolve(true),
    },
  }
  const server = await startTestServer({ schema, createContext: () => context })
  return {
    database: own,
    server,
    statements,
    async query(query, variables) {
      const { body } = await server.ask(query, variables)
      if (body.errors) throw new Error(JSON.stringify(body.errors, null, 1))
      return body.data as never
    },
    async stop() {
      await server.stop()
      await own.drop()
    },
  }
}
