import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { accountFor, spawnAs } from '../../../src/database/embedded/account.ts'
import { findFreePort } from '../../support/serve-process.ts'
import { measureVisibility } from './edge-writes.ts'
import { post } from './load.ts'
import { pause, type OwnDatabase } from './own-database.ts'
import { stale, until, type Row } from './scenarios.ts'

/** 1.18, say; null where the machine has no PgBouncer. */
export function findPgBouncer(): { readonly program: string; readonly version: number } | null {
  for (const program of ['/usr/sbin/pgbouncer', 'pgbouncer']) {
    const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    const found = /PgBouncer 1\.(\d+)/.exec(stdout ?? '')
    if (found !== null) return { program, version: Number(found[1]) }
  }
  return null
}

/** From this one on it carries prepared statements over, where `max_prepared_statements` is not 0. */
const firstWithStatements = 21
const password = 'correct horse battery staple 9'

/** PgBouncer in transaction mode, with few connections so that each is handed from client to client. */
export async function startPgBouncer(own: OwnDatabase, settings: readonly string[] = []) {
  const folder = own.folder(`pgbouncer-${await findFreePort()}`)
  const port = await findFreePort()
  const account = accountFor(join(own.dataDir, 'postgres'))
  mkdirSync(folder)
  const to = new URL(own.url)
  const lines = [
    '[databases]',
    `* = host=${to.searchParams.get('host')} user=${to.username}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 3',
    'max_client_conn = 200',
    ...settings,
  ]
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, lines.join('\n'))
  if (account !== null) for (const path of [folder, file]) chownSync(path, account.uid, account.gid)
  const child = spawnAs(account, [folder], findPgBouncer()!.program, [file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr!.on('data', (data: Buffer) => (log += data.toString()))
  const closed = once(child, 'close')
  const url = `postgresql://${to.username}@127.0.0.1:${port}${to.pathname}`
  const answers = await until(async () => {
    const client = new pg.Client(url)
    await client.connect()
    await client.query('SELECT 1')
    await client.end()
    return true
  }, 10)
  const stop = async () => {
    child.kill('SIGTERM')
    await pause(50)
    child.kill('SIGKILL')
    await closed
  }
  if (answers === null) {
    await stop()
    throw new Error(`PgBouncer does not answer: ${log.slice(-1000)}`)
  }
  return { url, stop }
}

/** What goes on behind a pooler, with prepared statements and without. */
export async function poolers(
  own: OwnDatabase,
  reads: number,
  visibleWithinMs?: number,
): Promise<(Row & { readonly isTried?: false })[]> {
  const found = findPgBouncer()
  const names = [
    'PgBouncer in transaction mode, without prepared statements',
    'PgBouncer that nobody named',
    'PgBouncer in transaction mode, with prepared statements',
  ]
  const untried = (name: string, said: string) => ({ name, problems: [], said, isTried: false }) as const
  if (found === null) return names.map((name) => untried(name, 'there is no PgBouncer on this machine'))
  const hasStatements = found.version >= firstWithStatements
  const without = hasStatements ? ['max_prepared_statements = 0'] : []
  return [
    await named(own, names[0]!, without, reads, visibleWithinMs),
    await unnamed(own, names[1]!, without),
    hasStatements
      ? await named(own, names[2]!, ['max_prepared_statements = 100'], reads, visibleWithinMs)
      : untried(names[2]!, `PgBouncer 1.${found.version} knows none`),
  ]
}

/** As the documentation says: `pgbouncer=true`, and the direct address beside it. */
async function named(
  own: OwnDatabase,
  name: string,
  settings: readonly string[],
  reads: number,
  visibleWithinMs?: number,
): Promise<Row> {
  const pooler = await startPgBouncer(own, settings)
  const env = {
    DATABASE_URL: `${pooler.url}?pgbouncer=true`,
    DIRECT_DATABASE_URL: own.url,
    ADMIN_PASSWORD: password,
  }
  const product = await own.serve(own.folder(`${new URL(pooler.url).port}`), env)
  try {
    const asks = [
      ...Array.from({ length: 4 }, () => signIn(product.url)),
      ...Array.from({ length: reads }, (_, at) =>
        post(product.url, editorReads[at % editorReads.length]!, {}, own.token),
      ),
    ]
    const answers = await Promise.all(
      asks.map(async (ask) => `${(await ask).status} ${await (await ask).text()}`),
    )
    const wrong = answers.filter((answer) => !answer.startsWith('200') || answer.includes('"errors"'))
    const after = await measureVisibility([product.url], own.token, 4).catch((error: Error) => error)
    return {
      name,
      problems: [
        ...(wrong.length === 0
          ? []
          : [`${wrong.length} of ${answers.length} went wrong, such as ${wrong[0]!.slice(0, 300)}`]),
        ...(after instanceof Error ? [after.message] : stale(after, visibleWithinMs)),
      ],
      said: `4 sign-ins, ${reads} editor reads, 4 edges: all well`,
    }
  } finally {
    await product.end('SIGKILL')
    await pooler.stop()
  }
}

/** Each way to go wrong says "pooler" and which setting. */
async function unnamed(own: OwnDatabase, name: string, settings: readonly string[]): Promise<Row> {
  const strict = await startPgBouncer(own, settings)
  const lax = await startPgBouncer(own, [...settings, 'ignore_startup_parameters = statement_timeout'])
  const advises = (text: string) => /pooler/.test(text) && /pgbouncer=true/.test(text) && /DIRECT_DATABASE_URL/.test(text)
  try {
    const refused = await own.serve(own.folder('strict'), { DATABASE_URL: strict.url }).then(
      async (product) => {
        await product.end('SIGKILL')
        return 'it started'
      },
      (error: Error) => error.message,
    )
    const product = await own.serve(own.folder('lax'), { DATABASE_URL: lax.url, ADMIN_PASSWORD: password })
    const asks = Array.from({ length: 40 }, (_, at) => post(product.url, editorReads[at % editorReads.length]!, {}, own.token))
    const answers = await Promise.all(asks.map(async (ask) => (await ask).text()))
    await product.end('SIGKILL')
    const wrong = answers.filter((answer) => answer.includes('"errors"'))
    const mute = wrong.filter((answer) => !advises(answer))
    return {
      name,
      problems: [
        ...(advises(refused) ? [] : [`the start says ${refused.slice(-400)}`]),
        ...(mute.length === 0 ? [] : [`${mute.length} of ${wrong.length} errors do not say so: ${mute[0]!.slice(0, 300)}`]),
      ],
      said: `refused at the start; where it lets the session begin, ${wrong.length} of ${answers.length} reads were refused; each names the pooler and the settings`,
    }
  } finally {
    await strict.stop()
    await lax.stop()
  }
} // prettier-ignore

const editorReads = [
  '{ entities(first: 5, orderBy: [{ field: TITLE }]) { totalCount nodes { slug status tags } } }',
  '{ entity(by: { slug: "spain" }) { title status edges(first: 3) { nodes { id } } } }',
  '{ search(query: "portugal", first: 5) { totalCount } }',
  '{ changes(first: 5) { edges { node { subjectKey changedBy } } } }',
]

/** Counts attempts in the database, by a library that names its statements. */
function signIn(url: string): Promise<Response> {
  return fetch(`${url}/api/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  })
}
