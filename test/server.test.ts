import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { loadSettings } from '../src/config.ts'
import { startRun } from '../src/database/operations/runs.ts'
import { createExampleQueries, sampleSubject } from '../src/http/graphql/example-queries.ts'
import { createLog } from '../src/log.ts'
import { loadSample } from '../src/ops/load/load-sample.ts'
import { startServer } from '../src/server.ts'
import type { RunningServer } from '../src/server.ts'
import { createEmptyDatabase, createTestDatabase } from './support/database.ts'
import type { TestDatabase } from './support/database.ts'

const log = createLog({ level: 'silent', format: 'json' })
const dataDirs: string[] = []
async function settingsFor(environment: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'kb-server-'))
  dataDirs.push(dataDir)
  return loadSettings({ PORT: '0', KB_DATA_DIR: dataDir, ...environment })
}
afterAll(() => Promise.all(dataDirs.map((dataDir) => rm(dataDir, { recursive: true, force: true }))))

/** On the server that the test databases are made on, but in none of them. */
async function queryServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('testServer').adminUrl })
  await client.connect()
  await client.query(sql)
  await client.end()
}

async function ask(url: string, query: string, variables: unknown = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  })
  return { status: response.status, body: (await response.json()) as { data?: unknown; errors?: unknown } }
}
const readiness = async (url: string) => {
  const response = await fetch(`${url}/readyz`)
  return { httpStatus: response.status, ...((await response.json()) as object) }
}

describe('on a database by URL', () => {
  let database: TestDatabase
  let server: RunningServer
  beforeAll(async () => {
    database = await createTestDatabase()
    // What is said of the database here is what a server says that has nothing else to answer from.
    const settings = await settingsFor({ DATABASE_URL: database.url, KB_SNAPSHOT_MAX_MB: '0' })
    await loadSample({ pool: database.pool, dataDir: settings.dataDir, log })
    server = await startServer(settings, log)
  })
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  test('is ready and serves the constellation with the hash GraphQL reports', async () => {
    expect(await readiness(server.url)).toMatchObject({ httpStatus: 200, database: 'ok', migrations: 'ok' })
    const { body } = await ask(server.url, '{ service { graphHash databaseReachable } }')
    const constellation = await fetch(`${server.url}/api/constellation`)
    const etag = constellation.headers.get('etag')!
    expect(body.data).toEqual({ service: { graphHash: etag.slice(1, -1), databaseReachable: true } })
    const { nodes } = (await constellation.json()) as { nodes: unknown[] }
    expect(nodes.length).toBeGreaterThan(800)
  })

  test('every media URL of the graph is served', async () => {
    const { body } = await ask(
      server.url,
      '{ entity(by: {slug: "portugal"}) { media { nodes { url derivatives { url } } } } }',
    )
    const urls = [...JSON.stringify(body).matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url!)
    expect(urls.length).toBeGreaterThanOrEqual(1)
    for (const url of urls) expect((await fetch(url)).status, url).toBe(200)
  })

  test.each(
    createExampleQueries(sampleSubject).map(
      ({ query, variables }) => [/query (\w+)/.exec(query)![1], query, variables] as const,
    ),
  )('the GraphiQL example query %s succeeds', async (_name, query, variables) => {
    const { status, body } = await ask(server.url, query, variables)
    expect(body.errors).toBeUndefined()
    expect(status).toBe(200)
    expect(JSON.stringify(body.data)).toMatch(/Portugal|"nodes":\[\{|"edges":\[\{|"key":/)
  })

  test('it is not ready once the schema is newer than the build', async () => {
    const newer = `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_later', now())`
    await database.pool.query(newer)
    expect(await readiness(server.url)).toMatchObject({
      httpStatus: 503,
      database: 'ok',
      migrations: 'newer than this build: 99990101000000_later',
    })
    await database.pool.query(`DELETE FROM _prisma_migrations WHERE id = 'x'`)
    expect(await readiness(server.url)).toMatchObject({ httpStatus: 200 })
  })

  test('a lost database is a clear 503 until it is back', async () => {
    const name = new URL(database.url).pathname.slice(1)
    const query = '{ entity(by: {slug: "spain"}) { title } }'
    // Nobody may connect to it any more, and those who are connected are thrown out.
    await queryServer(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`)
    await queryServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
    expect(await readiness(server.url)).toMatchObject({ httpStatus: 503, database: 'not reachable' })
    expect(await ask(server.url, query)).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'BACKEND_UNAVAILABLE' } }] },
    })
    const constellation = await fetch(`${server.url}/api/constellation`)
    expect([constellation.status, constellation.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await constellation.json()).toMatchObject({ error: { code: 'BACKEND_UNAVAILABLE' } })

    await queryServer(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`)
    expect((await ask(server.url, query)).body.data).toEqual({ entity: { title: 'Spain' } })
    expect(await readiness(server.url)).toMatchObject({ httpStatus: 200 })
  })
})

test('a start without the database completes once it is back', async () => {
  const database = await createTestDatabase()
  const name = new URL(database.url).pathname.slice(1)
  const settings = await settingsFor({ DATABASE_URL: database.url })
  const logged: string[] = []
  const heard = createLog({ level: 'info', format: 'json', write: (line) => logged.push(line) })
  const away = async (isAway: boolean) => {
    await queryServer(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${!isAway}`)
    await queryServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
  }
  try {
    await loadSample({ pool: database.pool, dataDir: settings.dataDir, log })
    await (await startServer(settings, log)).stop()
    await database.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_later', now())`,
    )
    const run = { kind: 'DRIFT', name: 'knowledge', mode: 'DRY_RUN', actor: 'x', gitCommit: null } as const
    const deadOwner = `${hostname()}:999999999`
    await startRun(database.pool, { ...run, id: randomUUID(), parameters: {} }, deadOwner)
    await away(true)
    const server = await startServer(settings, heard)
    try {
      expect((await ask(server.url, '{ entity(by: {slug: "spain"}) { title } }')).body.data).toEqual({
        entity: { title: 'Spain' },
      })
      await away(false)
      await expect.poll(() => logged.join(''), { timeout: 15_000 }).toContain('99990101000000_later')
      expect(await readiness(server.url)).toMatchObject({ httpStatus: 503 })
      await database.pool.query(`DELETE FROM _prisma_migrations WHERE id = 'x'`)
      await expect.poll(() => logged.join(''), { timeout: 15_000 }).toContain('has the schema of this build')
      expect(logged.filter((line) => line.includes('99990101000000_later'))).toHaveLength(1)
      const { rows } = await database.pool.query('SELECT status FROM admin_runs')
      expect(rows).toEqual([{ status: 'FAILED' }])
    } finally {
      await server.stop()
    }
  } finally {
    await database.drop()
  }
}, 60_000)

describe('startup errors', () => {
  test('a database without the schema is reported and not written to', async () => {
    const database = await createEmptyDatabase()
    try {
      const starting = startServer(await settingsFor({ DATABASE_URL: database.url }), log)
      await expect(starting).rejects.toMatchObject({
        name: 'DatabaseSetupError',
        exitCode: 3,
        message: expect.stringMatching(/lacks the schema migrations \d{14}_/),
      })
      const { rows } = await database.pool.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)
      expect(rows).toEqual([])
    } finally {
      await database.drop()
    }
  })

  test('a missing database is reported without its password', async () => {
    const settings = await settingsFor({ DATABASE_URL: 'postgresql://kb:hunter2@127.0.0.1:1/kb' })
    const error = await startServer(settings, log).then(
      () => null,
      (reason: unknown) => reason as Error,
    )
    expect(error?.message).toContain('127.0.0.1:1')
    expect(error?.message).not.toContain('hunter2')
  })

  test('a used port is reported with its variable', async () => {
    const database = await createTestDatabase()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    try {
      const settings = await settingsFor({ DATABASE_URL: database.url, PORT: String(port) })
      await expect(startServer(settings, log)).rejects.toMatchObject({
        name: 'SettingsError',
        problems: [expect.stringContaining(`PORT ${port} is taken`)],
      })
    } finally {
      other.close()
      await database.drop()
    }
  })
})
