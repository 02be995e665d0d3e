import { getVariableValues, Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql'
import type { Pool } from 'pg'
import { createChangeSignal } from '../../src/database/connection/change-signal.ts'
import { createCursorKey } from '../../src/domain/paging/cursor.ts'
import { compileOperation } from '../../src/execution/compile-operation.ts'
import { NotCompiledError } from '../../src/execution/not-compiled.ts'
import { JsonWriter } from '../../src/graph/json-writer.ts'
import { createArmour } from '../../src/http/limits/armour.ts'
import { createQueryCompiler } from '../../src/execution/query-compiler.ts'
import { createReaders } from '../../src/readers/database/create-readers.ts'
import type { Reader } from '../../src/readers/reader.ts'
import { createGraphKeeper, type GraphKeeper } from '../../src/readers/snapshot/keeper/graph-keeper.ts'
import type { MemoryGraph } from '../../src/readers/snapshot/keeper/memory-graph.ts'
import { createPublicReader } from '../../src/readers/snapshot/public-reader.ts'
import { readGraphState } from '../../src/readers/snapshot/keeper/read-graph.ts'
import type { Context } from '../../src/schema/base/context.ts'
import { schema } from '../../src/schema/schema.ts'
import { loadSettings } from '../../src/config.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { startTestServer } from '../support/http-server.ts'
import { silentLog } from '../support/silent-log.ts'
import { listLaneFields } from './lane-fields.ts'
import type { Operation } from './random-operation.ts'

/** How the fast path took an operation. */
export type Lane = 'compiled' | 'threw' | 'ordinary'
export interface Answers {
  readonly lane: Lane
  /** From the compiled closure, if it answered. */
  readonly compiled: string | null
  /** From memory over HTTP: through Yoga, then again, perhaps on the fast path. */
  readonly memory: string
  readonly memoryAgain: string
  readonly database: string
  readonly databaseAgain: string
}

export interface ThreeWays {
  readonly schema: GraphQLSchema
  readonly laneFields: ReadonlySet<string>
  readonly pool: Pool
  readonly keeper: GraphKeeper
  /** Serves another graph in memory; null: the keeper's. */
  show(graph: MemoryGraph | null): void
  /** Waits until memory has caught up with the database. */
  catchUp(): Promise<void>
  ask(operation: Operation): Promise<Answers>
  parse(text: string): DocumentNode
  logged(): string
  stop(): Promise<void>
}

export interface ThreeWaysOptions {
  readonly pool: Pool
  readonly url: string
  /** Plants a fault in the memory reader. */
  readonly spoil?: (reader: Reader) => Reader
  readonly env?: Readonly<Record<string, string>>
}

const requestId = 'differential'

/** Starts two servers on one database: one answers from memory, the other from the database. */
export async function startThreeWays({ pool, url, spoil, env }: ThreeWaysOptions): Promise<ThreeWays> {
  const settings = loadSettings({ DATABASE_URL: url, KB_OPERATION_TIMEOUT_MS: '120000', ...env })
  const armour = createArmour(settings, schema)
  const readers = createReaders(pool)
  const changes = createChangeSignal({ pool, directUrl: url, pollMs: settings.changePollMs, log: silentLog })
  const keeper = createGraphKeeper({ pool, changes, checkEveryMs: 1000, maxBytes: 2 ** 30, file: null, log: silentLog })
  await keeper.start()
  let shown: MemoryGraph | null = null
  const current = () => shown ?? keeper.current()
  const fromMemory = createPublicReader({ current, isDatabaseAway: keeper.isDatabaseAway }, readers.now.published)
  const storage = openStorage(settings, pool)
  const cursorKey = createCursorKey('a secret of the tests')
  // Compiled queries would bypass a spoiled reader.
  const hasLane = spoil === undefined
  const serve = (reader: () => Reader, graph: Context['graph']) =>
    startTestServer({
      schema,
      armour,
      reader,
      graph,
      compile: createQueryCompiler({ schema, current: () => (hasLane ? graph.current() : null), cursorKey }),
      readGraphState: () => readGraphState(pool),
      createContext: ({ actor, requestId: id, isStillAllowed, budget, warnings }): Context => ({
        cursorKey,
        baseUrl: 'http://media.example.org',
        service: { version: '0.0.0-test', gitCommit: null, storage: 'NEON', limits: armour, isTrustedOnly: false, isDatabaseReachable: () => Promise.resolve(true) },
                admin: { pool, storage, operations: null as never, media: null as never },
        graph,
        graphState: graph.current()?.snapshot.state ?? null,
        reader: reader(),
        readerAt: (moment) => readers.at('published', moment),
        actor,
        requestId: id,
        live: { graph: changes, content: changes, stopping: new AbortController().signal, isStillAllowed },
        budget,
        warnings,
      }),
    })
  const memory = await serve(() => (spoil ?? ((reader) => reader))(fromMemory()), { ...keeper, current })
  const database = await serve(() => readers.now.published, { ...keeper, current: () => null })
  const out = new JsonWriter()

  function compile({ document, variables }: Operation): { lane: Lane; body: string | null } {
    const run = compileOperation(schema, document, null)
    if (run === null) return { lane: 'ordinary', body: null }
    const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    if (operation?.kind !== Kind.OPERATION_DEFINITION) return { lane: 'ordinary', body: null }
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
    const graph = current()!
    if (coerced === undefined) return { lane: 'ordinary', body: null }
    out.length = 0
    try {
      run({ graph, snapshot: graph.snapshot, variables: coerced, cursorKey, out })
    } catch (error) {
      if (error instanceof NotCompiledError) return { lane: 'ordinary', body: null }
      if (process.env['SHOW']) console.log((error as Error).stack?.split('\n').slice(0, 4).join('\n'))
      return { lane: 'threw', body: null }
    }
    return { lane: 'compiled', body: out.bytes.toString('utf8', 0, out.length) }
  }

  return {
    schema,
    laneFields: listLaneFields(schema),
    pool,
    keeper,
    show: (graph) => (shown = graph),
    async catchUp() {
      const { version } = await readGraphState(pool)
      const deadline = Date.now() + 30_000
      while ((keeper.current()?.snapshot.state.version ?? -1) < version) {
        if (Date.now() > deadline) throw new Error(`The graph in memory did not reach version ${version}.`)
        await keeper.reached(version)
      }
    },
    async ask(operation) {
      const [first, fromDatabase] = await Promise.all([post(memory.url, operation), post(database.url, operation)])
      const [again, databaseAgain] = await Promise.all([post(memory.url, operation), post(database.url, operation)])
      // Requests that Yoga rejects never reach the fast path.
      const { lane, body } = first.startsWith('{"data":{') || first.includes('"path":') ? compile(operation) : { lane: 'ordinary' as const, body: null }
      return { lane, compiled: body, memory: first, memoryAgain: again, database: fromDatabase, databaseAgain }
    },
    parse: (text) => parse(text, { noLocation: true }),
    logged: () => [...memory.logged.slice(-1), ...database.logged.slice(-1)].join('\n'),
    async stop() {
      await Promise.all([memory.stop(), database.stop()])
      await keeper.stop()
      await changes.stop()
    },
  }
} // prettier-ignore

async function post(url: string, { text, variables }: Operation): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', 'x-request-id': requestId },
    body: JSON.stringify({ query: text, variables }),
  })
  return response.text()
} // prettier-ignore
