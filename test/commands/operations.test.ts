import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProgram } from '../../src/cli.ts'
import { markEnvironment } from '../../src/database/access/environment.ts'
import { tryLockBulkWrites } from '../../src/database/graph/writer.ts'
import type { OperationSummary } from '../../src/ops/run/summary.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { startBlobServer, type BlobServer } from '../support/blob-server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startGraphApi, testPassword, type GraphApi } from '../support/graph-api.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { runKb } from '../support/run-kb.ts'

const root = join(import.meta.dirname, '..', '..')
const ajv = new Ajv2020({ allErrors: true, strict: false })
addFormats.default(ajv)
const isSummary = ajv.compile(
  JSON.parse(readFileSync(join(root, 'docs', 'operation-summary.schema.json'), 'utf8')) as object,
)

const state = {
  constellation: { nodes: [{ id: 'a', title: 'A' }, { id: 'b' }], edges: [{ source: 'a', target: 'b' }] },
}

let database: TestDatabase
let api: GraphApi
let blob: BlobServer
let folder: string
let env: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-operations-'))
  blob = await startBlobServer()
  database = await createTestDatabase()
  env = {
    ...blob.env,
    DATABASE_URL: database.url,
    ADMIN_PASSWORD: testPassword,
    BACKUP_OUTPUT_PATH: join(folder, 'backups'),
    KB_DATA_DIR: join(folder, 'data'),
  }
  await markEnvironment(database.pool, 'fixture', 'test')
  const { storage } = createOpsContext(database, blob.env)
  await createContentStore(storage.driver).save({ change: { state }, expectedVersion: 0, actor: 'ada' })
  api = await startGraphApi(() => Promise.resolve(), database, { env })
  env['BASE_URL'] = api.server.url
  await writeFile(join(folder, 'state.json'), JSON.stringify(state))
  const backfilled = await runKb(['migrate', 'kb-backfill', '--apply', '--no-backup'], env)
  expect(backfilled.code, backfilled.stderr).toBe(0)
}, 60_000)
afterAll(async () => {
  await api.stop()
  await blob.stop()
  await rm(folder, { recursive: true, force: true })
})

async function kb(command: string, changes: Record<string, string> = {}) {
  const args = command.split(' ').map((word) => word.replace('$FOLDER', folder))
  const ended = await runKb([...args, '--json'], { ...env, ...changes })
  return { ...ended, summary: ended.stdout === '' ? null : (JSON.parse(ended.stdout) as OperationSummary) }
}

function* leaves(command: Command, words: readonly string[] = []): Generator<readonly string[]> {
  if (command.commands.length === 0) yield words
  for (const inner of command.commands) yield* leaves(inner, [...words, inner.name()])
}
const everyVerb = [...leaves(createProgram(() => Promise.resolve()))]

describe('every verb', () => {
  test.each(everyVerb.map((words) => [words.join(' '), words] as const))(
    'kb %s --help prints its usage',
    (_, words) => {
      let found: Command = createProgram(() => Promise.resolve())
      for (const word of words) found = found.commands.find((each) => each.name() === word)!
      const help = found.helpInformation()
      expect(help).toMatch(/^Usage: kb /)
      expect(found.description().length).toBeGreaterThan(10)
      expect(help).toContain('--help')
    },
  )
})

describe('the summary', () => {
  test.each([
    'migrate kb-schema',
    'migrate kb-backfill --apply',
    'migrate blob-to-neon',
    'parity --left neon --right blob',
    'parity postdeploy',
    'knowledge drift',
    'neon backup-restore-drill',
    'blob fallback-verify',
    'release-gate',
    'counts --deployment',
    'env verify --target development',
    'env mark fixture',
    'content import --file $FOLDER/state.json',
    'content restore --version 1',
    'intake repair',
    'rollback',
  ])(
    'of kb %s matches its JSON Schema and is all that is printed on standard output',
    async (command) => {
      const { summary, stderr } = await kb(command)
      expect(isSummary(summary), `${JSON.stringify(isSummary.errors)} ${stderr}`).toBe(true)
    },
    60_000,
  )

  test('with wrong content fails the JSON Schema', () => {
    expect(isSummary({ operation: 'parity' })).toBe(false)
    expect(isSummary(null)).toBe(false)
  })
})

describe('exit code', () => {
  test('0: done, and already done', async () => {
    expect(await kb('knowledge drift')).toMatchObject({ code: 0, summary: { outcome: 'PASS' } })
    expect(await kb('migrate kb-backfill --apply')).toMatchObject({
      code: 0,
      summary: { report: { alreadyApplied: true } },
    })
  })

  test('1: a difference', async () => {
    await database.pool.query(`UPDATE kb_entities SET title = 'changed' WHERE slug = 'a'`)
    const ended = await kb('knowledge drift')
    await database.pool.query(`UPDATE kb_entities SET title = 'A' WHERE slug = 'a'`)
    expect(ended).toMatchObject({ code: 1, summary: { status: 'succeeded', outcome: 'FAIL' } })
  })

  test.each([
    ['an unknown flag', 'counts --fast', {}, '--fast'],
    ['a wrong setting', 'counts', { PORT: 'x' }, 'PORT'],
    ['a missing setting', 'blob fallback-verify', { BLOB_READ_WRITE_TOKEN: '' }, 'BLOB_READ_WRITE_TOKEN'],
    ['a missing password', 'parity postdeploy', { ADMIN_PASSWORD: '' }, 'ADMIN_PASSWORD'],
    [
      'a pooled address',
      'counts',
      { DATABASE_URL: 'postgres://u:p@x-pooler.eu.neon.tech/d' },
      'DIRECT_DATABASE_URL',
    ],
  ])('2: %s', async (_, command, changes, named) => {
    const { code, stderr, stdout } = await kb(command, changes)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(named)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('3: refused', async () => {
    const ended = await kb(`migrate kb-backfill --apply --force --reason test --plan ${'0'.repeat(64)}`)
    expect(ended).toMatchObject({ code: 3, summary: { status: 'refused' } })
  })

  test('4: busy', async () => {
    const client = await database.pool.connect()
    await client.query('BEGIN')
    await tryLockBulkWrites(client)
    const ended = await kb('import wordnet')
    await client.query('ROLLBACK')
    client.release()
    expect(ended).toMatchObject({ code: 4, summary: { status: 'busy' } })
  }, 30_000)
})

describe('the same operation by CLI and GraphQL', () => {
  const times = /"(startedAt|finishedAt|actor|runId|durationMs|expected|actual|exportSeconds)":/
  /** What must be the same: all but when, who and under which id. */
  const comparable = (summary: OperationSummary) =>
    JSON.parse(
      JSON.stringify(summary, (name, value: unknown) => (times.test(`"${name}":`) ? undefined : value)),
    ) as unknown

  async function summaryOfLatest(): Promise<OperationSummary> {
    const { rows } = await database.pool.query<{ summary: OperationSummary }>(
      `SELECT summary FROM admin_runs WHERE actor LIKE 'graphql:%' ORDER BY position DESC LIMIT 1`,
    )
    return rows[0]!.summary
  }

  test.each([
    ['knowledge drift', 'checkDrift(input: {})'],
    [
      'parity --left neon --right blob',
      'verifyParity(input: { left: { backend: NEON }, right: { backend: BLOB } })',
    ],
    ['blob fallback-verify', 'verifyBlobFallback(input: {})'],
    ['migrate kb-backfill', 'runMigration(input: { name: "kb-backfill" })'],
    [
      'release-gate --only schema --only ledger',
      'evaluateReleaseGate(input: { only: ["schema", "ledger"] })',
    ],
  ])(
    'kb %s and %s return the same',
    async (command, mutation) => {
      const { summary } = await kb(command)
      const { body } = await api.askAs('OPERATOR', `mutation { ${mutation} { __typename } }`)
      expect(body.errors).toBeUndefined()
      const said = await summaryOfLatest()
      expect(isSummary(said)).toBe(true)
      expect(comparable(said)).toEqual(comparable(summary!))
    },
    60_000,
  )

  test('a drift over GraphQL has differences, a log and a place in the record', async () => {
    await database.pool.query(`UPDATE kb_entities SET title = 'changed' WHERE slug = 'a'`)
    const { body } = await api.askAs(
      'OPERATOR',
      `mutation { checkDrift(input: {}) { ... on CheckDriftSuccess { report {
         id status outcome actor hash previousHash legacyHash databaseHash counts { added changed removed unchanged }
         differences(first: 5) { edges { node { operation subjectKey subjectType patch subject { ... on Entity { slug } } } } }
         log(first: 5) { edges { node { level message } } } } } } }`,
    )
    await database.pool.query(`UPDATE kb_entities SET title = 'A' WHERE slug = 'a'`)
    const { report } = body.data!['checkDrift'] as { report: Record<string, unknown> }
    expect(report).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'FAIL',
      actor: 'graphql:operator',
      counts: { added: 0, changed: 1, removed: 0 },
      differences: { edges: [{ node: { operation: 'CHANGED', subjectKey: 'a', subject: { slug: 'a' } } }] },
    })
    const ledger = await api.askAs(
      'OPERATOR',
      `{ ops { ledger(kinds: [DRIFT], first: 1) { totalCount nodes { id hash } } latest(kind: DRIFT) { id } } }`,
    )
    expect(ledger.body.data!['ops']).toMatchObject({
      ledger: { nodes: [{ id: report['id'], hash: report['hash'] }] },
      latest: { id: report['id'] },
    })
  })
})

describe('a long run over GraphQL', () => {
  test('responds while running, can be watched to the end, and is canceled on request', async () => {
    const slow = await startGraphApi(() => Promise.resolve(), await createTestDatabase(), {
      longestWaitMs: 200,
    })
    try {
      const { storage } = createOpsContext(slow.database)
      await createContentStore(storage.driver).save({ change: { state }, expectedVersion: 0, actor: 'ada' })
      const locker = await slow.database.pool.connect()
      const start = async () => {
        await locker.query('BEGIN; LOCK TABLE kb_entities IN ACCESS EXCLUSIVE MODE')
        const { body } = await slow.askAs(
          'OPERATOR',
          'mutation { checkDrift(input: {}) { ... on CheckDriftSuccess { report { id status outcome legacyHash } } } }',
        )
        return body
      }
      const body = await start()
      expect(body.errors![0]!.message).toContain('is RUNNING')
      const id = body.errors![0]!.extensions['run']
      const watching = fetch(`${slow.server.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          cookie: await slow.cookieOf('OPERATOR'),
        },
        body: JSON.stringify({
          query: 'subscription ($id: ID!) { operationProgressed(id: $id) { status outcome } }',
          variables: { id },
        }),
      }).then((response) => response.text())
      await new Promise((resolve) => setTimeout(resolve, 700))
      await locker.query('ROLLBACK')
      const events = await watching
      expect(events).toContain('"status":"RUNNING","outcome":null')
      expect(events).toContain('"status":"SUCCEEDED","outcome":"FAIL"')

      await start()
      const latest = await slow.askAs('OPERATOR', '{ ops { latest(kind: DRIFT) { id status } } }')
      const { latest: run } = latest.body.data!['ops'] as { latest: { id: string; status: string } }
      expect(run.status).toBe('RUNNING')
      const cancel =
        'mutation ($id: ID!) { cancelOperation(input: { id: $id }) { __typename ... on UserError { code } } }'
      const canceled = await slow.askAs('OPERATOR', cancel, { id: run.id })
      expect(canceled.body.data).toEqual({ cancelOperation: { __typename: 'CancelOperationSuccess' } })
      await new Promise((resolve) => setTimeout(resolve, 5500))
      await locker.query('ROLLBACK')
      locker.release()
      const status = async () => {
        const { body: now } = await slow.askAs('OPERATOR', '{ ops { latest(kind: DRIFT) { status } } }')
        return (now.data!['ops'] as { latest: { status: string } }).latest.status
      }
      await expect.poll(status, { timeout: 5000 }).toBe('CANCELED')
      const again = await slow.askAs('OPERATOR', cancel, { id: run.id })
      expect(again.body.data).toMatchObject({ cancelOperation: { code: 'NOT_FOUND' } })
    } finally {
      await slow.stop()
    }
  }, 60_000)
})
