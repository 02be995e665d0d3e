import { spawnSync } from 'node:child_process'
import pg from 'pg'
import { withRetriedTransaction, withTransaction } from '../../../src/database/connection/transaction.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { ask, readiness, until, type Asked, type Bench, type Fault, type Outcome } from './bench.ts'

const small = '{ entities(first: 1) { nodes { slug } } }'
const root = new URL('../../../', import.meta.url).pathname

export const idleKilled: Fault = {
  name: 'an idle connection is killed',
  async run({ pool, serve }) {
    const product = await serve()
    await ask(product.url, small)
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    const next = await ask(product.url, small)
    const problems = [
      ...(product.isAlive() ? [] : ['the process ended']),
      ...(next.status === 200 ? [] : [`the next query got ${next.status}`]),
    ]
    return { problems, said: `the next query got ${next.status}` }
  },
  async naive({ url }) {
    const script = `import pg from 'pg'; const pool = new pg.Pool({ connectionString: ${JSON.stringify(url)} }); await pool.query('SELECT 1');
      const other = new pg.Client({ connectionString: ${JSON.stringify(url)} }); await other.connect();
      await other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
      await other.end(); await new Promise((r) => setTimeout(r, 500)); await pool.query('SELECT 1'); process.exit(0)`
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      timeout: 10_000,
    })
    return { problems: status === 0 ? [] : ['the process ended'], said: `exit ${status}` }
  },
}

export const poolExhausted: Fault = {
  name: 'the pool is exhausted',
  async run({ pool, serve }) {
    const product = await serve()
    const locker = await pool.connect()
    await locker.query('BEGIN; LOCK TABLE kb_entities')
    try {
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, at) =>
          ask(product.url, `{ entities(first: ${at + 1}) { nodes { slug } } }`),
        ),
      )
      const refused = answers.filter(({ status, retryAfter }) => status === 503 && retryAfter !== null)
      const slowest = Math.max(...answers.map(({ seconds }) => seconds))
      const others = answers.filter(({ status }) => status !== 503 && status !== 504)
      const problems = [
        ...(refused.length >= 20 ? [] : [`${refused.length} of 30 got a 503 with Retry-After`]),
        ...(others.length === 0 ? [] : [`others got ${others.map(({ status }) => status).join(' ')}`]),
        ...(slowest < 12 ? [] : [`one waited ${slowest.toFixed(1)} s`]),
      ]
      const said = `${refused.length} got 503 with Retry-After, ${answers.length - refused.length} a TIMEOUT, the slowest after ${slowest.toFixed(1)} s`
      await locker.query('ROLLBACK')
      const after = await ask(product.url, small)
      return { problems: [...problems, ...(after.status === 200 ? [] : [`then ${after.status}`])], said }
    } finally {
      locker.release()
    }
  },
  async naive({ url }) {
    const naive = new pg.Pool({ connectionString: url, max: 2 })
    const held = [await naive.connect(), await naive.connect()]
    const waited = await Promise.race([
      naive.query('SELECT 1').then(
        () => 'answered',
        () => 'refused',
      ),
      new Promise<string>((resolve) => setTimeout(() => resolve('hangs'), 7000)),
    ])
    held.forEach((client) => client.release())
    await naive.end()
    return { problems: waited === 'hangs' ? ['it hangs'] : [], said: waited }
  },
}

export const terminated: Fault = {
  name: 'SIGTERM with 20 requests in flight',
  async run({ pool, serve }) {
    const product = await serve()
    const locker = await pool.connect()
    await locker.query('BEGIN; LOCK TABLE kb_entities')
    const answers = Array.from({ length: 20 }, () => ask(product.url, small))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const started = performance.now()
    const ended = product.end('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const ready = await readiness(product.url)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await locker.query('ROLLBACK')
    locker.release()
    const finished = (await Promise.all(answers)).filter(({ status }) => status === 200).length
    const code = await ended
    const seconds = (performance.now() - started) / 1000
    const problems = [
      ...(finished === 20 ? [] : [`${finished} of 20 finished`]),
      ...(ready === 503 ? [] : [`readiness said ${ready}`]),
      ...(code === 0 ? [] : [`exit ${code}`]),
      ...(seconds < 10 ? [] : [`it took ${seconds.toFixed(1)} s`]),
    ]
    return {
      problems,
      said: `${finished} of 20 finished, readiness ${ready} at once, exit ${code} after ${seconds.toFixed(1)} s`,
    }
  },
}

export const serializable: Fault = {
  name: '100 SERIALIZABLE increments',
  async run({ pool }) {
    const succeeded = await increment(pool, withRetriedTransaction)
    return { problems: succeeded === 100 ? [] : [`${succeeded} succeeded`], said: `${succeeded} succeeded` }
  },
  async naive({ pool }) {
    const succeeded = await increment(pool, withTransaction)
    return { problems: succeeded === 100 ? [] : [`${succeeded} succeeded`], said: `${succeeded} succeeded` }
  },
}

async function increment(pool: pg.Pool, run: typeof withRetriedTransaction): Promise<number> {
  await pool.query(
    'CREATE TABLE IF NOT EXISTS counter (n int); TRUNCATE counter; INSERT INTO counter VALUES (0)',
  )
  const done = await Promise.allSettled(
    Array.from({ length: 100 }, () =>
      run(pool, 'SERIALIZABLE', async (client) => {
        const { rows } = await client.query<{ n: number }>('SELECT n FROM counter')
        await client.query('UPDATE counter SET n = $1', [rows[0]!.n + 1])
      }),
    ),
  )
  const { rows } = await pool.query<{ n: number }>('SELECT n FROM counter')
  return Math.min(rows[0]!.n, done.filter(({ status }) => status === 'fulfilled').length)
}

/** Stops the server's processes where they are: what a database that sleeps, or a link that swallows packets, looks like. */
export const asleep: Fault = {
  name: 'the database sleeps, then wakes',
  async run({ server, serve }) {
    const product = await serve()
    await ask(product.url, small)
    server.signalAll('SIGSTOP')
    try {
      const answers = await Promise.all(Array.from({ length: 12 }, () => ask(product.url, small)))
      const slowest = Math.max(...answers.map(({ seconds }) => seconds))
      const statuses = [...new Set(answers.map(({ status }) => status))]
      const ready = await readiness(product.url)
      server.signalAll('SIGCONT')
      const recovered = await until(async () => (await ask(product.url, small)).status === 200 && (await readiness(product.url)) === 200, 20)
      const problems = [
        ...(slowest < 12 ? [] : [`one waited ${slowest.toFixed(1)} s`]),
        ...(statuses.every((status) => status === 503 || status === 504) ? [] : [`answers ${statuses.join(' ')}`]),
        ...(ready === 503 ? [] : [`readiness said ${ready}`]),
        ...(recovered !== null && product.isAlive() ? [] : ['it did not recover']),
      ]
      return { problems, said: `answers ${statuses.join(' ')} within ${slowest.toFixed(1)} s, readiness ${ready}, well again ${recovered?.toFixed(1)} s after` }
    } finally {
      server.signalAll('SIGCONT')
    }
  },
} // prettier-ignore

/** Asks through a link to the database while something is wrong with it, then mends it. */
async function throughBadLink(
  { url, serve }: Bench,
  spoil: (link: TcpProxy) => void,
  mend: (link: TcpProxy) => void,
  { withinSeconds, isRight }: { readonly withinSeconds: number; isRight(answer: Asked): boolean },
): Promise<Outcome> {
  const link = await startTcpProxy(url)
  try {
    const product = await serve({ DATABASE_URL: link.url })
    const before = await ask(product.url, small)
    spoil(link)
    const answers: Asked[] = []
    for (let round = 0; round < 2; round++)
      answers.push(...(await Promise.all(Array.from({ length: 12 }, () => ask(product.url, small)))))
    const ready = await readiness(product.url)
    mend(link)
    const recovered = await until(
      async () => (await ask(product.url, small)).status === 200 && (await readiness(product.url)) === 200,
      20,
    )
    const slowest = Math.max(...answers.map(({ seconds }) => seconds))
    const statuses = [...new Set(answers.map(({ status }) => status))]
    const wrong = answers.filter((answer) => !isRight(answer))
    const problems = [
      ...(before.status === 200 ? [] : [`${before.status} before anything was wrong`]),
      ...(wrong.length === 0 ? [] : [`answers ${statuses.join(' ')}`]),
      ...(slowest < withinSeconds ? [] : [`one waited ${slowest.toFixed(1)} s`]),
      ...(ready === 503 ? [] : [`readiness said ${ready}`]),
      ...(recovered !== null && product.isAlive() ? [] : ['it did not recover']),
    ]
    const said = `answers ${statuses.join(' ')} within ${slowest.toFixed(1)} s, readiness ${ready}, well again ${recovered?.toFixed(1)} s after`
    return { problems, said }
  } finally {
    await link.stop()
  }
}

const isOutage = ({ status, retryAfter }: Asked) => status === 503 && retryAfter !== null

export const gone: Fault = {
  name: 'the database is gone, then there again',
  run: (bench) =>
    throughBadLink(bench, (link) => link.takeDown(true), (link) => link.takeDown(false), {
      withinSeconds: 6,
      isRight: isOutage,
    }),
} // prettier-ignore

export const slow: Fault = {
  name: 'the database answers 8 seconds late, then in time',
  run: (bench) =>
    throughBadLink(bench, (link) => link.delay(4000), (link) => link.delay(0), {
      withinSeconds: 12,
      isRight: (answer) => [200, 504].includes(answer.status) || isOutage(answer),
    }),
} // prettier-ignore
