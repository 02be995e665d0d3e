import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listScratchDatabases } from '../support/scratch-databases.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runKb } from '../support/run-kb.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'kb.mjs')
const patience = 120_000

let database: TestDatabase
let folder: string
let env: Record<string, string>
beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  folder = await mkdtemp(join(tmpdir(), 'kb-drill-'))
  env = { DATABASE_URL: database.url, BACKUP_OUTPUT_PATH: folder }
}, patience)
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const scratchDatabases = () => listScratchDatabases(database.pool)

/** A drill as a process of its own, once its scratch database is there. */
async function startDrill(): Promise<{ child: ChildProcess; ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [program, 'neon', 'backup-restore-drill', '--no-keep'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  })
  const ended = once(child, 'close')
  while ((await scratchDatabases()).length === 0) {
    if (child.exitCode !== null) throw new Error('the drill ended before it was looked at')
    await sleep(5)
  }
  return { child, ended }
}

describe('A drill', () => {
  test(
    'that is killed leaves a scratch database, which the next one drops',
    async () => {
      const { child, ended } = await startDrill()
      child.kill('SIGKILL')
      await ended
      expect(await scratchDatabases()).toHaveLength(1)
      const next = await runKb(['neon', 'backup-restore-drill', '--no-keep'], env)
      expect(next).toMatchObject({ code: 0 })
      expect(next.stdout).toMatch(
        /backup-drill neon \(dry-run\): PASS[^]*PASS +rows: \d+ tables[^]*PASS +recovery: time [\d.]+ s/,
      )
      expect(await scratchDatabases()).toEqual([])
    },
    patience,
  )

  test(
    'that is stopped by Ctrl-C drops its scratch database and exits with 1',
    async () => {
      const { child, ended } = await startDrill()
      child.kill('SIGINT')
      expect(await ended).toEqual([1, null])
      expect(await scratchDatabases()).toEqual([])
    },
    patience,
  )

  test(
    'finds an index that somebody dropped, and exits with 1',
    async () => {
      await database.pool.query('DROP INDEX kb_edges_weight_idx')
      const ended = await runKb(['neon', 'backup-restore-drill', '--no-keep'], env)
      await database.pool.query('CREATE INDEX kb_edges_weight_idx ON kb_edges (weight)')
      expect(ended.code).toBe(1)
      expect(ended.stderr + ended.stdout).toContain(
        'The index public.kb_edges_weight_idx is missing from the source database',
      )
    },
    patience,
  )
})

describe('kb backup', () => {
  test(
    'creates, lists and verifies; reports damaged and missing backups',
    async () => {
      expect((await runKb(['backup', 'create'], env)).code).toBe(0)
      const list = await runKb(['backup', 'list', '--json'], env)
      const { backups } = JSON.parse(list.stdout) as { backups: { id: string; directory: string }[] }
      const [newest] = backups
      expect((await runKb(['backup', 'verify', newest!.id], env)).code).toBe(0)
      const parity = await runKb(
        ['parity', '--left', newest!.id, '--right', 'neon', '--scope', 'knowledge'],
        env,
      )
      expect(parity.code).toBe(0)
      await database.pool.query(`UPDATE kb_entities SET title = 'Lusitania' WHERE slug = 'portugal'`)
      const differs = await runKb(
        ['parity', '--left', newest!.id, '--right', 'neon', '--scope', 'knowledge'],
        env,
      )
      expect(differs.code).toBe(1)
      expect(differs.stderr + differs.stdout).toContain('Entity portugal differs at /title')
      await rm(join(newest!.directory, 'kb_edges.copy'))
      expect((await runKb(['backup', 'verify', newest!.id], env)).code).toBe(1)
      expect((await runKb(['backup', 'verify', 'nothing'], env)).code).toBe(3)
      expect((await readdir(folder)).length).toBeGreaterThan(0)
    },
    patience,
  )

  test('prints the usage of parity', async () => {
    const ended = await runKb(['parity', '--left', 'neon'], env)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('--left and --right are needed')
  })
})
