import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createChangeSignal } from '../../../../src/database/connection/change-signal.ts'
import { createPool } from '../../../../src/database/connection/create-pool.ts'
import { createBackup } from '../../../../src/ops/backup/create.ts'
import { restoreLive } from '../../../../src/ops/backup/restore-live.ts'
import { readGraphFile } from '../../../../src/readers/snapshot/keeper/graph-file.ts'
import { createGraphKeeper, type GraphKeeper } from '../../../../src/readers/snapshot/keeper/graph-keeper.ts'
import { readGraphState } from '../../../../src/readers/snapshot/keeper/read-graph.ts'
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts'
import { createOpsContext } from '../../../support/ops-context.ts'
import { silentLog } from '../../../support/silent-log.ts'
import { writeSmallGraph } from '../../../support/small-graph.ts'
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.ts'

interface Kept {
  readonly keeper: GraphKeeper
  readonly logged: string[]
  version(): number | undefined
  titleOf(slug: string): string | null | undefined
  /** Waits until it has caught up with the database. */
  settle(pool: Pool): Promise<void>
  stop(): Promise<void>
}

const running = new Set<Kept>()
let database: TestDatabase
let folder: string
let file: string

beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-keeper-'))
  file = join(folder, 'deeper', 'graph.snapshot')
})
afterEach(async () => {
  for (const kept of running) await kept.stop()
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => database.drop())

interface Options {
  readonly maxBytes?: number
  readonly file?: string | null
  readonly pollMs?: number | null
  readonly checkEveryMs?: number
  readonly lookMs?: number
}

function createKept({ url, pool }: { url: string; pool: Pool }, options: Options = {}): Kept {
  const logged: string[] = []
  const log = {
    info: (line: string) => void logged.push(line),
    warn: (line: string) => void logged.push(line),
  }
  const changes = createChangeSignal({ pool, directUrl: url, pollMs: options.pollMs ?? null, log: silentLog })
  const keeper = createGraphKeeper({
    pool,
    changes,
    checkEveryMs: options.checkEveryMs ?? 60_000,
    maxBytes: options.maxBytes ?? 2 ** 30,
    file: options.file ?? null,
    ...(options.lookMs !== undefined && { lookMs: options.lookMs }),
    log,
  })
  const kept: Kept = {
    keeper,
    logged,
    version: () => keeper.current()?.snapshot.state.version,
    titleOf(slug) {
      const snapshot = keeper.current()!.snapshot
      const node = snapshot.find(slug)
      return node === -1 ? undefined : snapshot.heap.text(snapshot.entities.title[snapshot.rowOf.get(node)]!)
    },
    settle: async (from) => void (await keeper.reached((await readGraphState(from)).version)),
    async stop() {
      running.delete(kept)
      await keeper.stop()
      await changes.stop()
    },
  }
  running.add(kept)
  return kept
}
async function startKept(from: { url: string; pool: Pool }, options?: Options): Promise<Kept> {
  const kept = createKept(from, options)
  await kept.keeper.start()
  return kept
}

const rename = (pool: Pool, slug: string, title: string) =>
  pool.query(`UPDATE kb_entities SET title = $2, revision = revision + 1 WHERE slug = $1`, [slug, title])

async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 8000): Promise<void> {
  const started = performance.now()
  while (!(await isTrue())) {
    if (performance.now() - started > withinMs)
      throw new Error(`not within ${withinMs} ms: ${String(isTrue)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('a start', () => {
  test('reads the graph from the database and saves it to the file', async () => {
    const kept = await startKept(database, { file })
    expect(kept.version()).toBe((await readGraphState(database.pool)).version)
    expect(kept.titleOf('portugal')).toBe('Portugal')
    expect(kept.titleOf('draftland')).toBeUndefined()
    expect(kept.keeper.freshness()).toEqual({ loadedFrom: 'DATABASE', ageSeconds: 0 })
    await until(async () => (await readGraphFile(file)) !== null)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('reads the file, then only what has changed since', async () => {
    await (await startKept(database, { file })).stop()
    await rename(database.pool, 'spain', 'España')
    const kept = await startKept(database, { file })
    expect(kept.keeper.freshness()).toEqual({ loadedFrom: 'DISK', ageSeconds: 0 })
    expect(kept.titleOf('spain')).toBe('España')
    expect(kept.logged).toEqual([])
    await kept.stop()
    expect((await readGraphFile(file))!.snapshot.state).toEqual(kept.keeper.current()!.snapshot.state)
    await rename(database.pool, 'spain', 'Spain')
  })

  test('does not trust a file of another history, even with the same version', async () => {
    await (await startKept(database, { file })).stop()
    const other = await createTestDatabase()
    await writeSmallGraph(other.pool)
    await rename(other.pool, 'spain', 'Another Spain')
    const { version } = await readGraphState(database.pool)
    await other.pool.query('UPDATE kb_graph_version SET version = $1', [version])
    const kept = await startKept(other, { file })
    expect(kept.titleOf('spain')).toBe('Another Spain')
    expect(kept.keeper.historiesReplaced()).toBe(1)
    expect(kept.logged.join()).toMatch(/has a different history now/)
    await kept.stop()
    // … and its own replaces it.
    const { snapshot } = (await readGraphFile(file))!
    expect(snapshot.state.changedAt).toBe((await readGraphState(other.pool)).changedAt)
    await other.drop()
  })

  test('ignores a damaged file and logs it', async () => {
    await (await startKept(database, { file })).stop()
    const bytes = await readFile(file)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(file, bytes)
    const kept = await startKept(database, { file })
    expect(kept.logged.join()).toMatch(/graph saved in .* is not used: Its hash/)
    expect(kept.keeper.freshness().loadedFrom).toBe('DATABASE')
    expect(kept.titleOf('spain')).toBe('Spain')
  })

  test('ignores another database’s file in its place', async () => {
    await (await startKept(database, { file })).stop()
    const other = join(folder, 'other.snapshot')
    await copyFile(file, other)
    await expect(readGraphFile(other)).rejects.toThrow('It belongs to another database.')
  })

  test('serves the file without a database, and reports its age', async () => {
    await (await startKept(database, { file })).stop()
    const pool = createPool('postgresql://kb@127.0.0.1:1/none', { log: silentLog })
    const kept = await startKept({ url: 'postgresql://kb@127.0.0.1:1/none', pool }, { file })
    expect(kept.titleOf('spain')).toBe('Spain')
    expect(kept.logged.join()).toContain('cannot be reached for the graph')
    const { loadedFrom, ageSeconds } = kept.keeper.freshness()
    expect(loadedFrom).toBe('DISK')
    expect(ageSeconds).toBeLessThan(60)
    await kept.stop()
    await pool.end()
  })

  test('fails without a database and a file', async () => {
    const pool = createPool('postgresql://kb@127.0.0.1:1/none', { log: silentLog })
    const kept = createKept({ url: 'postgresql://kb@127.0.0.1:1/none', pool }, { file })
    await expect(kept.keeper.start()).rejects.toThrow()
    await pool.end()
  })

  test('leaves a graph that is too large to the database and says what to do', async () => {
    const kept = await startKept(database, { maxBytes: 1000, file })
    expect(kept.keeper.current()).toBeNull()
    expect(kept.logged.join()).toMatch(/takes more than 0 MB .* raise KB_SNAPSHOT_MAX_MB/)
    await kept.keeper.reached(Number.MAX_SAFE_INTEGER)
    await kept.stop()
    expect(await readGraphFile(file)).toBeNull()
  })

  test('ignores a file that is too large by now', async () => {
    await (await startKept(database, { file })).stop()
    const kept = await startKept(database, { maxBytes: 1000, file })
    expect(kept.keeper.current()).toBeNull()
  })

  test('keeps no graph if no memory is allowed', async () => {
    const kept = await startKept(database, { maxBytes: 0, file })
    expect(kept.keeper.current()).toBeNull()
    expect(kept.logged).toEqual([])
  })
})

describe('a change', () => {
  const tables: [name: string, text: string, look: (kept: Kept) => unknown][] = [
    [
      'media',
      `UPDATE kb_media_objects SET alt = 'New' WHERE key = 'flag/pt'`,
      ({ keeper }) => keeper.current()!.nouns.media,
    ],
    [
      'derivatives',
      `UPDATE kb_media_derivatives SET is_stale = NOT is_stale WHERE preset = 'w160'`,
      ({ keeper }) => keeper.current()!.nouns.derivatives,
    ],
    [
      'links',
      `UPDATE kb_entity_media SET position = position + 1`,
      ({ keeper }) => keeper.current()!.nouns.mediaLinks,
    ],
    [
      'workflows',
      `UPDATE kb_workflows SET status = 'PUBLISHED' WHERE slug = 'hidden'`,
      ({ keeper }) => keeper.current()!.nouns.workflows,
    ],
    [
      'steps',
      `UPDATE kb_workflow_steps SET title = title || '!'`,
      ({ keeper }) => keeper.current()!.nouns.steps,
    ],
    [
      'dependencies',
      `DELETE FROM kb_workflow_step_dependencies WHERE step_id = (SELECT step_id FROM kb_workflow_step_dependencies LIMIT 1)`,
      ({ keeper }) => keeper.current()!.nouns.dependencies,
    ],
    ['runs', `UPDATE kb_provenance_runs SET tool = 'another'`, ({ keeper }) => keeper.current()!.nouns.runs],
    [
      'sources',
      `UPDATE kb_entity_sources SET excerpt = 'as it says'`,
      ({ keeper }) => keeper.current()!.nouns.sources.record(0),
    ],
    [
      'redirects',
      `INSERT INTO kb_redirects (slug, entity_id) SELECT 'lusitania', id FROM kb_entities WHERE slug = 'portugal'`,
      ({ keeper }) => keeper.current()!.nouns.redirects,
    ],
  ]
  test.each(tables)('of %s is picked up without reloading the graph', async (_, text, look) => {
    const kept = await startKept(database)
    const [before, { snapshot }] = [look(kept), kept.keeper.current()!]
    await database.pool.query(text)
    await kept.settle(database.pool)
    expect(look(kept)).not.toEqual(before)
    expect(kept.keeper.current()!.snapshot.lineage).toBe(snapshot.lineage)
    expect(kept.keeper.current()!.snapshot.topology).toBe(snapshot.topology)
  })

  test.each([
    ['kinds', `UPDATE kb_kinds SET label = 'Land' WHERE key = 'country'`],
    ['relations', `UPDATE kb_relations SET is_symmetric = NOT is_symmetric WHERE key = 'knows'`],
    ['domains', `UPDATE kb_domains SET color = '#000000'`],
  ])('of %s begins a new lineage', async (name, text) => {
    const kept = await startKept(database)
    const { lineage, terms } = kept.keeper.current()!.snapshot
    await database.pool.query(text)
    await kept.settle(database.pool)
    const after = kept.keeper.current()!.snapshot
    expect(after.lineage).not.toBe(lineage)
    expect(after.terms[name as 'kinds'].all).not.toEqual(terms[name as 'kinds'].all)
  })

  test('of a draft changes the version but nothing public', async () => {
    const kept = await startKept(database)
    const [version, { snapshot }] = [kept.version()!, kept.keeper.current()!]
    await rename(database.pool, 'draftland', 'still a draft')
    await kept.settle(database.pool)
    expect(kept.version()).toBe(version + 1)
    expect(kept.keeper.current()!.snapshot.nodeCount).toBe(snapshot.nodeCount)
    expect(kept.titleOf('draftland')).toBeUndefined()
  })

  test('is picked up at once through notifications alone', async () => {
    const kept = await startKept(database, { checkEveryMs: 600_000 })
    await until(async () => {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
      )
      return rows.length > 0
    })
    await rename(database.pool, 'aland', 'Told')
    await until(() => kept.titleOf('aland') === 'Told')
  })

  test('is picked up by polling, if so configured', async () => {
    const kept = await startKept(database, { pollMs: 50, checkEveryMs: 50 })
    await rename(database.pool, 'aland', 'Polled')
    await until(() => kept.titleOf('aland') === 'Polled')
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
    )
    expect(rows).toEqual([])
  })

  test('is seen by three keepers', async () => {
    const all = await Promise.all([
      startKept(database),
      startKept(database),
      startKept(database, { pollMs: 100 }),
    ])
    for (const title of ['One', 'Two', 'Three', 'Four']) {
      await rename(database.pool, 'moskva', title)
      await until(() => all.every(({ titleOf }) => titleOf('moskva') === title))
    }
  })
})

describe('a history that does not go on', () => {
  let own: TestDatabase
  beforeAll(async () => {
    own = await createTestDatabase()
    await writeSmallGraph(own.pool)
  })
  afterAll(() => own.drop())

  test('reloads the graph after the feed was emptied, then applies changes again', async () => {
    const kept = await startKept(own)
    const { lineage } = kept.keeper.current()!.snapshot
    await own.pool.query('TRUNCATE kb_changes')
    await rename(own.pool, 'spain', 'Cut')
    await own.pool.query('TRUNCATE kb_changes')
    await kept.settle(own.pool)
    expect(kept.titleOf('spain')).toBe('Cut')
    expect(kept.keeper.current()!.snapshot.lineage).not.toBe(lineage)
    await rename(own.pool, 'spain', 'Goes on')
    await kept.settle(own.pool)
    const next = kept.keeper.current()!.snapshot.lineage
    await rename(own.pool, 'spain', 'Moved')
    await kept.settle(own.pool)
    expect(kept.titleOf('spain')).toBe('Moved')
    expect(kept.keeper.current()!.snapshot.lineage).toBe(next)
  })

  test('shows the backup’s graph after a restore', { timeout: 60_000 }, async () => {
    const kept = await startKept(own)
    const ctx = createOpsContext(own, { BACKUP_OUTPUT_PATH: folder })
    const backup = await createBackup(ctx)
    await rename(own.pool, 'spain', 'After the backup')
    await own.pool.query(`UPDATE kb_entities SET status = 'ARCHIVED' WHERE slug = 'france'`)
    await own.pool.query(`DELETE FROM kb_redirects`)
    await kept.settle(own.pool)
    expect([kept.titleOf('spain'), kept.titleOf('france')]).toEqual(['After the backup', undefined])
    const tables = backup.manifest.tables
      .map(({ table }) => table)
      .filter((table) => /^kb_(?!graph_version)/.test(table))
    await restoreLive(own.pool, backup, tables, { actor: 'test' }, () => Promise.resolve())
    await kept.settle(own.pool)
    expect([kept.titleOf('spain'), kept.titleOf('france')]).toEqual(['Moved', 'France'])
    await rename(own.pool, 'spain', 'After the restore')
    await kept.settle(own.pool)
    expect(kept.titleOf('spain')).toBe('After the restore')
  })

  test('reloads the graph from a new database at the same address', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()])
    await Promise.all([writeSmallGraph(first.pool), writeSmallGraph(second.pool)])
    await rename(second.pool, 'spain', 'Second')
    await first.pool.query(`DELETE FROM kb_entities WHERE slug = 'moskva'`)
    // This pool stands for an address where the database is replaced.
    let current = first
    const address = {
      connect: (...given: []) => current.pool.connect(...given),
      query: (...given: [string]) => current.pool.query(...given),
    } as unknown as Pool
    const kept = await startKept({ url: first.url, pool: address }, { pollMs: 50, checkEveryMs: 50 })
    expect(kept.titleOf('moskva')).toBeUndefined()
    current = second
    await until(() => kept.titleOf('spain') === 'Second')
    expect(kept.titleOf('moskva')).toBe('Москва')
    await kept.stop()
    await Promise.all([first.drop(), second.drop()])
  })
})

describe('without the database', () => {
  let proxy: TcpProxy
  let pool: Pool
  beforeEach(async () => {
    proxy = await startTcpProxy(database.url)
    pool = createPool(proxy.url, { log: silentLog })
  })
  afterEach(async () => {
    for (const kept of running) await kept.stop()
    await pool.end()
    await proxy.stop()
  })

  test('keeps the last graph, with a growing age, and catches up by itself', async () => {
    const kept = await startKept({ url: proxy.url, pool }, { checkEveryMs: 50 })
    proxy.takeDown(true)
    await until(() => kept.logged.some((line) => line.includes('cannot be reached')))
    await rename(database.pool, 'spain', 'Meanwhile')
    await until(() => kept.keeper.freshness().ageSeconds >= 1)
    expect(kept.titleOf('spain')).not.toBe('Meanwhile')
    proxy.takeDown(false)
    await until(() => kept.titleOf('spain') === 'Meanwhile')
    await until(() => kept.keeper.freshness().ageSeconds === 0)
    expect(kept.logged.filter((line) => line.includes('cannot be reached'))).toHaveLength(1)
    expect(kept.logged.at(-1)).toMatch(/^The database is back; the graph is at version \d+\.$/)
    await rename(database.pool, 'spain', 'Spain')
  })

  test('does not freeze on connections that go silent without a reset', async () => {
    const kept = await startKept({ url: proxy.url, pool }, { checkEveryMs: 50, lookMs: 300 })
    proxy.hush()
    await rename(database.pool, 'spain', 'Moved on')
    await until(() => kept.titleOf('spain') === 'Moved on')
    expect(kept.logged.some((line) => line.includes('cannot be reached'))).toBe(true)
    await rename(database.pool, 'spain', 'Spain')
  })

  test('releases callers that wait for a version after a while', async () => {
    const kept = await startKept({ url: proxy.url, pool })
    proxy.takeDown(true)
    const started = performance.now()
    await kept.keeper.reached(kept.version()! + 1)
    expect(performance.now() - started).toBeGreaterThan(1500)
  })
})

describe('reached', () => {
  test('does not wait for a current version', async () => {
    const kept = await startKept(database)
    const reached = kept.keeper.reached(kept.version()!).then(() => 'at once')
    const nextTurn = new Promise((resolve) => setImmediate(resolve, 'later'))
    expect(await Promise.race([reached, nextTurn])).toBe('at once')
  })

  test('checks at once, without another trigger', async () => {
    const kept = await startKept(database, { pollMs: 60_000, checkEveryMs: 60_000 })
    for (const title of ['A', 'B', 'C']) {
      await rename(database.pool, 'moskva', title)
      await kept.settle(database.pool)
      expect(kept.titleOf('moskva')).toBe(title)
    }
  })

  test('ends when the keeper stops', async () => {
    const kept = await startKept(database)
    const waiting = kept.keeper.reached(kept.version()! + 1000)
    await kept.stop()
    await waiting
  })
})

describe('the file', () => {
  test('is written on stop if the graph changed, not for every change', async () => {
    const kept = await startKept(database, { file })
    await until(async () => (await readGraphFile(file)) !== null)
    const { mtimeMs } = await stat(file)
    for (const title of ['A', 'B', 'C', 'D']) {
      await rename(database.pool, 'moskva', title)
      await kept.settle(database.pool)
    }
    expect((await stat(file)).mtimeMs).toBe(mtimeMs)
    await kept.stop()
    expect((await readGraphFile(file))!.snapshot.state.version).toBe(kept.version())
    const { mtimeMs: written } = await stat(file)
    await (await startKept(database, { file })).stop()
    expect((await stat(file)).mtimeMs).toBe(written)
  })

  test('is logged if it cannot be written, and reads continue', async () => {
    const kept = await startKept(database, { file: '/dev/null/graph.snapshot' })
    await rename(database.pool, 'moskva', 'Москва')
    await kept.settle(database.pool)
    await kept.stop()
    expect(kept.logged.join()).toContain('could not be saved')
    expect(kept.titleOf('moskva')).toBe('Москва')
  })
})
