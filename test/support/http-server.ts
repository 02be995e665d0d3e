import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSchema } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { createHttpServer } from '../../src/http/create-http-server.ts'
import type { HttpOptions } from '../../src/http/create-http-server.ts'
import { createArmour, type Armour } from '../../src/http/limits/armour.ts'
import { createMetrics } from '../../src/http/metrics/metrics.ts'
import { loadSettings } from '../../src/config.ts'
import { createCursorKey } from '../../src/domain/paging/cursor.ts'
import { publicActor } from '../../src/domain/access/role.ts'
import { createLog } from '../../src/log.ts'

/** Fields that fail in every way that a resolver can, for the tests of the seam. */
export function createFaultSchema(fields: Record<string, (args: never) => unknown>): GraphQLSchema {
  const schema = buildSchema(`
    type Query { echo(text: String, list: [Int!]): String, fail(how: String!): String, wait: String, node: Node }
    type Node { node: Node, name: String! }
    type Mutation { change: String }
  `)
  const query = schema.getQueryType()!.getFields()
  for (const [name, resolve] of Object.entries(fields))
    query[name]!.resolve = (_source, args) => resolve(args as never)
  schema.getMutationType()!.getFields()['change']!.resolve = () => 'changed'
  return schema
}

export interface TestServer {
  readonly url: string
  readonly mediaDir: string
  /** What was logged, one JSON text an entry. */
  readonly logged: string[]
  /** How many answers the fast path has given. */
  fastAnswers(): number
  drain(): void
  stop(graceMs?: number): Promise<void>
  /** POST one operation. */
  ask(query: string, variables?: unknown, headers?: Record<string, string>): Promise<TestAnswer>
}
export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    data?: Record<string, unknown> | null
    errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> & { code: string } }[]
  }
}

/** The parts of the sign-in for tests that are not about it. */
export const nobodyCanSignIn: HttpOptions['sessions'] = {
  signIn: () => Promise.reject(new Error('no sign-in in this test')),
  signOut: () => Promise.resolve(),
  actorOf: () => Promise.resolve(publicActor),
  actorOfApiToken: () => Promise.resolve(publicActor),
}

/** Reads of a server that has no graph. */
export const noGraph: ReturnType<HttpOptions['reader']> = {
  isPublicFile: () => false,
  entity: () => null,
  edges: () => Promise.reject(new Error('no graph in this test')),
  entities: () => Promise.reject(new Error('no graph in this test')),
  graphHash: () => Promise.reject(new Error('no graph in this test')),
  withConstellation: () => Promise.reject(new Error('no graph in this test')),
}

/** The parts of a server that has no graph. */
export const noGraphInMemory: Pick<HttpOptions, 'compile' | 'graph' | 'answerCacheBytes' | 'readGraphState'> =
  {
    compile: () => null,
    graph: { current: () => null, freshness: () => ({ ageSeconds: 0 }) },
    answerCacheBytes: 0,
    readGraphState: () => Promise.reject(new Error('no graph in this test')),
  }

/** The armour of default settings. */
export function testArmour(schema: GraphQLSchema, env: Readonly<Record<string, string>> = {}): Armour {
  return createArmour(loadSettings(env), schema)
}

/** A server on a free port over the parts that are given; end it with `stop`. */
export async function startTestServer(
  parts: Partial<HttpOptions> & Pick<HttpOptions, 'schema'>,
): Promise<TestServer> {
  const mediaDir = await mkdtemp(join(tmpdir(), 'kb-media-'))
  const logged: string[] = []
  const metrics = parts.metrics ?? createMetrics(null)
  let fastAnswers = 0
  const server = createHttpServer({
    createContext: () => ({}),
    hasGraphiql: false,
    mediaDir,
    answerUpload: ({ response }) => void response.writeHead(404).end(),
    cursorKey: createCursorKey('a secret of the tests'),
    reader: () => noGraph,
    sessions: nobodyCanSignIn,
    armour: testArmour(parts.schema),
    tracing: null,
    ...noGraphInMemory,
    readOverview: () => Promise.reject(new Error('no overview in this test')),
    isSecure: false,
    maxGraphAge: 60,
    readReadiness: () => Promise.resolve({ database: 'ok', migrations: 'ok', graph: null }),
    log: createLog({ level: 'info', format: 'json', write: (line) => logged.push(line) }),
    ...parts,
    metrics: {
      ...metrics,
      fastAnswer(from) {
        fastAnswers++
        metrics.fastAnswer(from)
      },
    },
  })
  const url = await server.listen('127.0.0.1', 0)
  return {
    url,
    mediaDir,
    logged,
    fastAnswers: () => fastAnswers,
    drain: () => server.drain(),
    async stop(graceMs = 1000) {
      await server.stop(graceMs)
      await rm(mediaDir, { recursive: true, force: true })
    },
    async ask(query, variables, headers) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      })
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as TestAnswer['body'],
      }
    },
  }
}
