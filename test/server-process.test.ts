import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmptyDatabase, createTestDatabase } from './support/database.ts'
import type { TestDatabase } from './support/database.ts'
import { startBalancer } from './support/balancer.ts'
import { testPassword } from './support/graph-api.ts'

let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'kb-process-'))
})
afterAll(async () => {
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Serves in a process of its own; resolves when it listens. */
async function serve() {
  const child = spawn(process.execPath, ['bin/kb.mjs', 'serve'], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      DATABASE_URL: database.url,
      // Requests are held back by a lock in the database, which reads from memory would not wait for.
      KB_SNAPSHOT_MAX_MB: '0',
      KB_DATA_DIR: dataDir,
      PORT: '0',
      NODE_ENV: 'production',
      ADMIN_PASSWORD: testPassword,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  for (;;) {
    const url = /Listening on (http:\S+?)"/.exec(log)?.[1]
    if (url !== undefined) return { child, url, exited, log: () => log }
    const [event] = await Promise.race([once(child.stderr, 'data'), exited.then(() => ['exit'])])
    if (event === 'exit') throw new Error(`the server ended:\n${log}`)
  }
}

describe('the process of the server', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s with 20 requests in progress: all get a response, exit 0',
    async (signal) => {
      const { child, url, exited } = await serve()
      // The lock holds every request back at its first statement.
      const locker = await database.pool.connect()
      await locker.query('BEGIN; LOCK TABLE kb_entities IN ACCESS EXCLUSIVE MODE')
      const answers = Array.from({ length: 20 }, (_, index) =>
        fetch(
          `${url}/graphql?query=${encodeURIComponent(`{ a${index}: entities(first: 1) { totalCount } }`)}`,
          {
            headers: { accept: 'application/graphql-response+json' },
          },
        ),
      )
      await expect
        .poll(async () => {
          const { rows } = await database.pool.query<{ waiting: number }>(
            `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
          return rows[0]!.waiting
        })
        .toBeGreaterThanOrEqual(10)
      child.kill(signal)
      await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 5000 }).toBe(503)
      await locker.query('COMMIT')
      locker.release()
      for (const answer of await Promise.all(answers)) {
        expect(answer.status).toBe(200)
        expect(await answer.text()).toContain('"totalCount":0')
      }
      expect(await exited).toEqual([0, null])
    },
  )

  test('stopping one of two behind a load balancer loses no request', async () => {
    const [one, other] = await Promise.all([serve(), serve()])
    const balancer = await startBalancer([one.url, other.url], 100)
    const statuses = new Map<string, number>()
    let isOver = false
    const load = Array.from({ length: 8 }, async (_, client) => {
      while (!isOver) {
        const body = JSON.stringify({ query: `{ client${client}: entities(first: 1) { totalCount } }` })
        const answer = await fetch(`${balancer.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
        const seen = `${answer.status} ${(await answer.text()).includes('"totalCount":0') ? 'whole' : 'broken'}`
        statuses.set(seen, (statuses.get(seen) ?? 0) + 1)
      }
    })
    await expect.poll(() => statuses.get('200 whole') ?? 0, { timeout: 10_000 }).toBeGreaterThan(50)
    one.child.kill('SIGTERM')
    expect(await one.exited).toEqual([0, null])
    const before = statuses.get('200 whole')!
    await expect.poll(() => statuses.get('200 whole')!, { timeout: 10_000 }).toBeGreaterThan(before + 20)
    isOver = true
    await Promise.all(load)
    expect([...statuses.keys()]).toEqual(['200 whole'])
    expect(one.log()).toContain('Draining for 1000 ms')
    await balancer.stop()
    other.child.kill('SIGTERM')
    await other.exited
  })

  test('a second signal stops it at once', async () => {
    const { child, url, exited, log } = await serve()
    const locker = await database.pool.connect()
    await locker.query('BEGIN; LOCK TABLE kb_entities IN ACCESS EXCLUSIVE MODE')
    const answer = fetch(
      `${url}/graphql?query=${encodeURIComponent('{ entities(first: 1) { totalCount } }')}`,
    )
    answer.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.kill('SIGINT')
    await expect.poll(log, { timeout: 5000 }).toContain('Stopping')
    child.kill('SIGINT')
    expect(await exited).toEqual([1, null])
    await locker.query('ROLLBACK')
    locker.release()
    await expect(answer).rejects.toThrow()
  })

  test('invalid settings or a used port make it exit with 2 and name the variable', async () => {
    const { child, url, exited } = await serve()
    const run = async (environment: Record<string, string>) => {
      const second = spawn(process.execPath, ['bin/kb.mjs', 'serve'], {
        cwd: join(import.meta.dirname, '..'),
        env: { DATABASE_URL: database.url, KB_DATA_DIR: dataDir, ...environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let text = ''
      second.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      const [code] = (await once(second, 'exit')) as [number]
      return { code, text }
    }
    const taken = await run({ PORT: new URL(url).port })
    expect(taken.code).toBe(2)
    expect(taken.text).toMatch(/PORT \d+ is taken by another process/)
    const wrong = await run({ PORT: 'x', KB_SAMPLE: 'moon', KB_SAMPEL: 'none' })
    expect(wrong.code).toBe(2)
    expect(wrong.text).toMatch(/PORT [^]*KB_SAMPLE [^]*KB_SAMPEL /)
    expect(wrong.text).not.toMatch(/^\s+at /m)
    child.kill('SIGTERM')
    await exited
  })

  test('kb db deploy creates the schema and is idempotent', async () => {
    const empty = await createEmptyDatabase()
    try {
      const deploy = async () => {
        const child = spawn(process.execPath, ['bin/kb.mjs', 'db', 'deploy', '--json'], {
          cwd: join(import.meta.dirname, '..'),
          env: { DATABASE_URL: empty.url },
        })
        let text = ''
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        expect(await once(child, 'close')).toEqual([0, null])
        return (JSON.parse(text) as { report: { schemaMigrations?: object[] } }).report.schemaMigrations ?? []
      }
      expect((await deploy()).length).toBeGreaterThan(0)
      expect(await deploy()).toEqual([])
      const { rows } = await empty.pool.query(`SELECT version FROM kb_graph_version`)
      expect(rows).toHaveLength(1)
    } finally {
      await empty.drop()
    }
  })
})
