import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { OperationSummary } from '../../src/ops/run/summary.ts'
import { testPassword } from '../support/graph-api.ts'
import { startBlobServer } from '../support/blob-server.ts'
import { runKb } from '../support/run-kb.ts'
import { firstState, secondState } from './defective-states.ts'

interface Expected {
  readonly code?: number
  readonly outcome?: OperationSummary['outcome']
  /** Texts that the findings must name. */
  readonly named?: readonly string[]
}

/**
 * Plays a whole release through as an operator would, one `kb` process a step: a content state with defects in a Blob store,
 * moved to the database, backfilled, verified, gated; then a field changed behind the product's back, which every
 * instrument must see; then back to Blob, an edit there, and the return to the database.
 *
 * @param databaseUrl an empty database
 * @param say told of every step
 * @throws Error at the first step that does not end as it must
 */
export async function playRelease(databaseUrl: string, say: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kb-release-'))
  const blob = await startBlobServer()
  const sql = new pg.Client({ connectionString: databaseUrl })
  await sql.connect()
  let server: { process: ChildProcess; url: string } | null = null
  const base = {
    ...blob.env,
    DATABASE_URL: databaseUrl,
    ADMIN_PASSWORD: testPassword,
    BACKUP_OUTPUT_PATH: join(folder, 'backups'),
    KB_DATA_DIR: join(folder, 'data'),
  }
  const onBlob = { ADMIN_STORAGE_BACKEND: 'blob' }

  /** One command; its summary. */
  async function kb(command: string, expected: Expected = {}, env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await runKb([...command.split(' '), '--json'], { ...base, ...env })
    const summary = parse(stdout)
    const ended = `exit ${code}${summary?.outcome ? `, ${summary.outcome}` : ''}`
    say(
      `${
        JSON.stringify(env) === '{}'
          ? ''
          : `${Object.entries(env)
              .map(([name, value]) => `${name}=${value}`)
              .join(' ')} `
      }kb ${command.replaceAll(folder, '.')}  →  ${ended}`,
    )
    const told = `${stdout}\n${stderr}`
    const wanted = expected.code ?? 0
    if (code !== wanted || summary === null)
      throw new Error(`kb ${command} ended with ${code}, not ${wanted}:\n${told}`)
    if (expected.outcome !== undefined && summary.outcome !== expected.outcome)
      throw new Error(`kb ${command} gave ${summary.outcome}, not ${expected.outcome}:\n${told}`)
    const messages = summary.findings.map(({ message }) => message)
    for (const name of expected.named ?? [])
      if (!messages.some((message) => message.includes(name)))
        throw new Error(`kb ${command} does not name ${name}:\n${told}`)
    for (const message of messages.slice(0, 12)) say(`    ${message}`)
    return summary
  }
  /** A command that only shows something. */
  async function look<Shown>(command: string, env: Record<string, string> = {}): Promise<Shown> {
    const { code, stdout, stderr } = await runKb([...command.split(' '), '--json'], { ...base, ...env })
    if (code !== 0) throw new Error(`kb ${command} ended with ${code}:\n${stderr}`)
    return JSON.parse(stdout) as Shown
  }
  /** Dry run, then exactly its plan. */
  async function migrate(name: string, flags = '') {
    const { planHash } = await kb(`migrate ${name}`)
    return kb(`migrate ${name} --apply --plan ${planHash!}${flags}`)
  }
  async function save(state: object, version: number, env: Record<string, string>) {
    const file = join(folder, `state-${version + 1}.json`)
    await writeFile(file, JSON.stringify(state))
    await kb(`content import --file ${file} --expected-version ${version} --apply`, {}, env)
  }
  const allChecks = {
    RUN_OPS_NEON_DRILL: 'true',
    RUN_OPS_BLOB_FALLBACK: 'true',
    RUN_OPS_KNOWLEDGE_DRIFT: 'true',
  }
  const gate = (expected: Expected) => kb('release-gate', expected, { ...allChecks, BASE_URL: server!.url })

  try {
    say('── The source: a content state with defects, kept in Blob')
    await save(firstState, 0, onBlob)
    await save(secondState, 1, onBlob)

    say('── Into the database: schema, content state with its history, graph')
    await migrate('kb-schema')
    await kb('env mark preview')
    await migrate('blob-to-neon')
    await kb('migrate blob-to-neon --apply')
    await migrate('kb-backfill')

    say('── Verified: both stores, the graph, a restore, the fallback, the deployment')
    await kb('parity --left neon --right blob', { outcome: 'PASS' })
    await kb('knowledge drift', {
      outcome: 'WARN',
      named: ['/constellation/edges/4', '/constellation/nodes/7'],
    })
    await kb('neon backup-restore-drill', { outcome: 'PASS' })
    await kb('blob fallback-verify', { outcome: 'PASS' })
    server = await serve(base)
    await kb('parity postdeploy', { outcome: 'PASS' }, { BASE_URL: server.url })
    await gate({ outcome: 'WARN' })

    say('── What the graph cannot take is taken out of the source; then the gate is green')
    await kb('intake repair')
    await kb('intake repair --apply')
    await migrate('kb-backfill')
    await gate({ outcome: 'PASS' })

    say('── A field is changed behind the product’s back: every instrument names it')
    await sql.query(`UPDATE kb_entities SET title = 'Tokyo' WHERE title = '東京'`)
    const { rows } = await sql.query<{ slug: string }>(`SELECT slug FROM kb_entities WHERE title = 'Tokyo'`)
    const { slug } = rows[0]!
    await kb('parity --left neon --right blob', { code: 1, outcome: 'FAIL', named: [slug] })
    await kb('knowledge drift', { code: 1, outcome: 'FAIL', named: [slug] })
    await gate({ code: 1, outcome: 'FAIL', named: [slug] })
    await kb(`migrate kb-backfill --apply --force --reason repair`)
    await gate({ outcome: 'PASS' })

    say('── Back to Blob, an edit there, and the return to the database')
    await kb('rollback --to blob', { outcome: 'PASS' })
    server.process.kill('SIGTERM')
    await once(server.process, 'exit')
    const { version: current } = await look<{ version: number }>('content show', onBlob)
    await save({ ...secondState, editor: { onBlob: true } }, current, onBlob)
    await kb('migrate blob-to-neon')
    await kb('migrate blob-to-neon --apply --force --reason back-to-neon')
    await kb('intake repair --apply')
    await kb('migrate kb-backfill --apply')
    await kb('parity --left neon --right blob --scope admin-state', { outcome: 'PASS' })
    server = await serve(base)
    await look('ledger verify')
    await gate({ outcome: 'PASS' })

    say('── The history is complete in both stores')
    await expectSameHistory(look, current + 2)
  } finally {
    server?.process.kill('SIGKILL')
    await sql.end()
    await blob.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function parse(stdout: string): OperationSummary | null {
  try {
    return JSON.parse(stdout) as OperationSummary
  } catch {
    return null
  }
}

type Look = <Shown>(command: string) => Promise<Shown>

async function expectSameHistory(look: Look, versions: number): Promise<void> {
  const histories = []
  for (const backend of ['neon', 'blob']) {
    const shown = await look<{ version: number; hash: string }[]>(
      `content history --backend ${backend} --limit 100`,
    )
    histories.push(shown.map(({ version, hash }) => `${version} ${hash}`))
  }
  const [neon, blob] = histories as [string[], string[]]
  if (neon.length !== versions) throw new Error(`the history has ${neon.length} versions, not ${versions}`)
  if (neon.join() !== blob.join())
    throw new Error(`the histories differ:\n${neon.join('\n')}\n\n${blob.join('\n')}`)
}

/** A server in a process of its own; resolves when it listens. */
async function serve(env: Record<string, string>): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/kb.mjs'), 'serve'], {
    env: { PATH: process.env['PATH'], ...env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const exited = once(child, 'exit')
  for (;;) {
    const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1]
    if (url !== undefined) return { process: child, url }
    const [event] = await Promise.race([once(child.stderr, 'data'), exited.then(() => ['exit'])])
    if (event === 'exit') throw new Error(`the server ended:\n${log}`)
  }
}
