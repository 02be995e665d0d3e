import { readdirSync, readFileSync } from 'node:fs'
import type { Pool } from 'pg'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { silentLog } from '../../support/silent-log.ts'
import { followEvents, type Following } from '../../support/sse.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { measureVisibility } from './edge-writes.ts'
import { post, startLoad, stateOf } from './load.ts'
import { pause, type OwnDatabase } from './own-database.ts'
import { failed, stale, until, type Row } from './scenarios.ts'
import { startStandby } from './standby.ts'

/** A stop drains for 10 seconds, and ends all the same after 15. */
const longestStopSeconds = 20
const subscription =
  'subscription ($after: String) { graphChanged(after: $after) { cursor node { subjectKey } } }'

interface Told {
  readonly data: {
    readonly graphChanged: { readonly cursor: string; readonly node: { readonly subjectKey: string } } | null
  } | null
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
}

/** A standby takes over, and the connections to the primary stay open without a word: nothing tells a client but its own clock. */
export async function silentFailover(
  own: OwnDatabase,
  rounds: number,
  visibleWithinMs?: number,
): Promise<Row> {
  const standby = await startStandby(own)
  const promoted = createPool(standby.url, { log: silentLog, max: 1 })
  const link = await startTcpProxy(own.url)
  const [product, stopped] = await Promise.all(
    ['silent-a', 'silent-b'].map((name) => own.serve(own.folder(name), { DATABASE_URL: link.url })),
  )
  const load = startLoad(product!.url, 2)
  try {
    await pause(500)
    await standby.catchUp()
    await standby.promote()
    link.hush()
    link.leadTo(standby.url)
    const stopping = secondsOf(stopped!.end())
    await addEntity(promoted, 'after-the-failover')
    const recovered = await until(async () => {
      const { ready } = await stateOf(product!.url)
      const found = await post(product!.url, '{ entity(by: { slug: "after-the-failover" }) { slug } }')
      return (await found.text()).includes('after-the-failover') && ready.status === 'ready'
    }, 60)
    const after = await measureVisibility([product!.url], own.token, rounds).catch((error: Error) => error)
    const { reads, failures } = load.take()
    const stopSeconds = await stopping
    return {
      name: 'a standby takes over, and the old connections go silent',
      problems: [
        ...failed(failures),
        ...(recovered === null
          ? [`the graph is frozen: ${JSON.stringify(await stateOf(product!.url))}`]
          : []),
        ...(after instanceof Error ? [after.message] : stale(after, visibleWithinMs)),
        ...slow(stopSeconds),
      ],
      said: `${reads} reads, ${failures.length} failed; the graph goes on and /readyz says ready after ${recovered?.toFixed(1)} s; then ${rounds} edges seen by their writer; a server stopped meanwhile ended within ${stopSeconds.toFixed(1)} s`,
    }
  } finally {
    await load.end()
    await Promise.all([product!.end('SIGKILL'), stopped!.end('SIGKILL')])
    await promoted.end()
    await link.stop()
    await standby.stop()
  }
}

/** A standby that lags takes over: what was told to those who follow is gone, and other changes get the same places. */
export async function laggingStandby(own: OwnDatabase, lost = 9): Promise<Row> {
  const standby = await startStandby(own)
  const promoted = createPool(standby.url, { log: silentLog, max: 1 })
  const link = await startTcpProxy(own.url)
  const product = await own.serve(own.folder('lagging'), { DATABASE_URL: link.url })
  const open: Following<Told>[] = []
  const follow = async (after: string | null = null) => {
    const one = await followEvents<Told>(product.url, subscription, { after })
    open.push(one)
    await pause(500)
    return one
  }
  try {
    const follower = await follow()
    await standby.catchUp()
    await standby.lag()
    for (let at = 0; at < lost; at++) await addEntity(own.pool, `lost-${at}`)
    const isAllTold = await until(() => Promise.resolve(follower.events.length >= lost), 10)
    const cursor = follower.events.at(-1)?.data?.graphChanged?.cursor ?? null
    await standby.promote()
    link.leadTo(standby.url)
    link.takeDown(true)
    for (let at = 0; at < lost + 3; at++) await addEntity(promoted, `found-${at}`)
    link.takeDown(false)
    const isTold = await until(() => Promise.resolve(codesOf(follower).includes('BAD_CURSOR')), 20)
    const again = await follow()
    await addEntity(promoted, 'afterwards')
    const goesOn = await until(() => Promise.resolve(keysOf(again).includes('afterwards')), 10)
    const late = await follow(cursor)
    const isRefused = await until(() => Promise.resolve(codesOf(late).includes('BAD_CURSOR')), 5)
    // The graph in memory goes its own way, and may take longer than the feed.
    const isSeen = await until(async () => (await countEntities(product.url)) === lost + 3, 20)
    const isCounted = await until(
      async () =>
        /^kb_graph_histories_replaced_total 1$/m.test(await (await fetch(`${product.url}/metrics`)).text()),
      10,
    )
    return {
      name: 'a standby that lags takes over before a live follower',
      problems: [
        ...(isAllTold === null ? [`only ${follower.events.length} of ${lost} changes were told before`] : []),
        ...(isTold === null
          ? [
              `the follower kept its place and heard ${keysOf(follower).filter((key) => key.startsWith('found')).length} of ${lost + 3} changes`,
            ]
          : []),
        ...(isRefused === null ? ['its cursor is taken by the other history'] : []),
        ...(goesOn === null ? ['who follows anew is told nothing'] : []),
        ...(isSeen === null
          ? [`${await countEntities(product.url)} of the ${lost + 3} new entities are public`]
          : []),
        ...(/has a different history now/.test(product.log()) ? [] : ['there is no warning in the log']),
        ...(isCounted === null ? ['/metrics does not count it'] : []),
      ],
      said: `${lost} changes were lost; the follower was told so after ${isTold?.toFixed(1)} s, its cursor is refused, and who follows anew goes on; counted and logged`,
    }
  } finally {
    for (const one of open) one.close()
    await product.end('SIGKILL')
    await promoted.end()
    await link.stop()
    await standby.stop()
  }
}

/** Every process of the primary is stopped in mid-air: it takes connections and says nothing. */
export async function hungPrimary(own: OwnDatabase): Promise<Row> {
  const env = { KB_MAX_GRAPH_AGE: '18', KB_OPERATION_TIMEOUT_MS: '12000' }
  const [product, stopped] = await Promise.all(
    ['hung-a', 'hung-b'].map((name) => own.serve(own.folder(name), env)),
  )
  const load = startLoad(product!.url, 2)
  // The postmaster first, so that it makes no more of them meanwhile.
  const signal = (name: NodeJS.Signals) => {
    process.kill(own.pid(), name)
    for (const pid of childrenOf(own.pid())) process.kill(pid, name)
  }
  const says = async (status: string, seconds: number) =>
    until(
      async () =>
        ((await (await fetch(`${product!.url}/readyz`)).json()) as { status: string }).status === status,
      seconds,
    )
  let isHung = false
  try {
    await pause(1000)
    signal('SIGSTOP')
    isHung = true
    const stopping = secondsOf(stopped!.end())
    const degraded = await says('degraded', 10)
    const started = performance.now()
    const write = await post(
      product!.url,
      'mutation { deleteEdge(input: { id: "00000000-0000-4000-8000-000000000000", expectedRevision: 1 }) { __typename } }',
      {},
      own.token,
    )
    const wrote = `${write.status} ${(await write.text()).slice(0, 300)}`
    const writeSeconds = (performance.now() - started) / 1000
    const notReady = await says('not ready', 30)
    const stopSeconds = await stopping
    signal('SIGCONT')
    isHung = false
    const recovered = await says('ready', 30)
    const after = await measureVisibility([product!.url], own.token, 4).catch((error: Error) => error)
    const { reads, failures } = load.take()
    return {
      name: 'the primary hangs: it takes connections and does not answer',
      problems: [
        ...failed(failures),
        ...(degraded === null ? ['/readyz never said degraded'] : []),
        ...(notReady === null ? ['/readyz never said not ready'] : []),
        ...(/BACKEND_UNAVAILABLE|TIMEOUT/.test(wrote) && writeSeconds < 20
          ? []
          : [`a mutation got ${wrote} after ${writeSeconds.toFixed(1)} s`]),
        ...(recovered === null ? ['it did not recover'] : []),
        ...(after instanceof Error ? [after.message] : stale(after)),
        ...slow(stopSeconds),
      ],
      said: `${reads} reads, ${failures.length} failed; degraded at once, not ready by age, a mutation refused after ${writeSeconds.toFixed(1)} s, a stop took ${stopSeconds.toFixed(1)} s; ready ${recovered?.toFixed(1)} s after it went on`,
    }
  } finally {
    if (isHung) signal('SIGCONT')
    await load.end()
    await Promise.all([product!.end('SIGKILL'), stopped!.end('SIGKILL')])
  }
}

/** Something between the server and the database lets no notification through, and says nothing of it. */
export async function swallowedNotifications(own: OwnDatabase, changes: number): Promise<Row> {
  const link = await startTcpProxy(own.url)
  link.swallowNotifications()
  const product = await own.serve(own.folder('swallowed'), { DATABASE_URL: link.url })
  const follower = await followEvents<Told>(product.url, subscription)
  try {
    await pause(500)
    for (let at = 0; at < changes; at++) await addEntity(own.pool, `swallowed-${at}`)
    const told = await until(() => Promise.resolve(keysOf(follower).length >= changes), 25)
    const isLogged = await until(() => Promise.resolve(/do not arrive.*DIRECT_DATABASE_URL/.test(product.log())), 25)
    return {
      name: 'a pooler that nobody named swallows NOTIFY',
      problems: [
        ...(told === null ? [`a follower heard ${keysOf(follower).length} of ${changes} changes in 25 s`] : []),
        ...(isLogged === null ? ['there is no warning in the log'] : []),
      ],
      said: `a follower heard all ${changes} changes within ${told?.toFixed(1)} s; the log names DIRECT_DATABASE_URL`,
    }
  } finally {
    follower.close()
    await product.end('SIGKILL')
    await link.stop()
  }
} // prettier-ignore

async function addEntity(pool: Pick<Pool, 'query'>, slug: string): Promise<void> {
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
      SELECT $1, kind_key, 'New', 'PUBLISHED', repeat('0', 64) FROM kb_entities LIMIT 1`,
    [slug],
  )
}

async function countEntities(url: string): Promise<number> {
  const response = await post(
    url,
    '{ entities(first: 100, where: { slug: { startsWith: "found-" } }) { totalCount } }',
  )
  return ((await response.json()) as { data: { entities: { totalCount: number } } }).data.entities.totalCount
}

const keysOf = ({ events }: Following<Told>) =>
  events.flatMap(({ data }) => data?.graphChanged?.node.subjectKey ?? [])
const codesOf = ({ events }: Following<Told>) =>
  events.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? [])

/** Of a postmaster; each has a session of its own, so a signal to its group does not reach them. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // `pid (name) state parent …`; a name may hold anything.
        return (
          Number(
            readFileSync(`/proc/${pid}/stat`, 'utf8')
              .replace(/^.*\) /s, '')
              .split(' ')[1],
          ) === parent
        )
      } catch {
        return false
      }
    })
}

async function secondsOf(work: Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work
  return (performance.now() - started) / 1000
}

function slow(stopSeconds: number): string[] {
  return stopSeconds <= longestStopSeconds ? [] : [`a stop took ${stopSeconds.toFixed(0)} s`]
}
