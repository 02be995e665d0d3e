import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createEmptyDatabase } from '../support/database.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { runKbHere } from '../support/run-kb.ts'

const role = `kb_reader_${randomBytes(4).toString('hex')}`
let api: GraphApi
let name: string
beforeAll(async () => {
  api = await startGraphApi()
  name = new URL(api.database.url).pathname.slice(1)
  await api.cookieOf('EDITOR')
  await asAdmin(`CREATE ROLE ${role}; GRANT pg_read_all_data TO ${role}`)
})
afterAll(async () => {
  await api.stop()
  await asAdmin(`DROP ROLE ${role}`)
})

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('testServer').adminUrl })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

const create = `mutation { createEntity(input: { slug: "newland", kind: "country", title: "Newland" }) { __typename } }`

describe.each([
  [
    'a database that is read-only',
    'DATABASE_READ_ONLY',
    'default_transaction_read_only = on',
    /read-only.*primary/,
  ],
  [
    'a role that may only read',
    'DATABASE_RIGHT_MISSING',
    `role = ${role}`,
    /lacks a right \(permission denied for table \w+\)\. Grant it/,
  ],
] as const)('%s', (_, code, setting, remedy) => {
  beforeAll(() => begin(`SET ${setting}`))
  afterAll(() => begin('RESET ALL'))

  /** Applies a setting to all new sessions and ends the existing ones. */
  async function begin(change: string): Promise<void> {
    await asAdmin(`ALTER DATABASE ${name} ${change}`)
    await asAdmin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
  }

  test('answers reads and names the fault to mutations; the log says what to do', async () => {
    const read = await api.askAs('EDITOR', '{ entity(by: {slug: "spain"}) { title } }')
    expect(read.body.data).toEqual({ entity: { title: 'Spain' } })
    const { body } = await api.askAs('EDITOR', create)
    expect(body.errors![0]!.extensions).toMatchObject({ code, requestId: expect.any(String) as string })
    expect(body.errors![0]!.message).not.toMatch(/permission|kb_|transaction/)
    expect(api.server.logged.join('')).toMatch(remedy)
  })

  test('reports it at the REST endpoints', async () => {
    const response = await fetch(`${api.server.url}/api/admin/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: 'only for tests' }),
    })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code } })
  })

  test.each(['person add newcomer --role EDITOR', 'counts', 'knowledge drift'])(
    'ends `kb %s` with the remedy',
    async (command) => {
      const env = { DATABASE_URL: api.database.url, ADMIN_PASSWORD: 'only for tests' }
      const {
        code: exit,
        stderr,
        stdout,
      } = await runKbHere(command.split(' '), env, `${randomBytes(24).toString('base64')}\n`)
      expect(stderr + stdout).toMatch(remedy)
      if (command.startsWith('person')) expect(exit).toBe(3)
    },
  )
})

test('makes `kb db deploy` reject an empty read-only database and say what to do', async () => {
  const empty = await createEmptyDatabase()
  await empty.pool.query(
    `ALTER DATABASE ${new URL(empty.url).pathname.slice(1)} SET default_transaction_read_only = on`,
  )
  const { code, stderr } = await runKbHere(['db', 'deploy'], { DATABASE_URL: empty.url })
  expect(stderr).toMatch(/read-only.*primary/)
  expect(code).toBe(3)
  await empty.drop()
})
