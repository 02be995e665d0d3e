import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationSummarySchema } from '../../../src/ops/run/summary.ts'
import { startBlobServer, type BlobServer } from '../../support/blob-server.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { runKb, runKbHere } from '../../support/run-kb.ts'

let database: TestDatabase
let blobServer: BlobServer
let folder: string
beforeAll(async () => {
  database = await createTestDatabase()
  blobServer = await startBlobServer()
  folder = await mkdtemp(join(tmpdir(), 'kb-content-'))
})
afterAll(async () => {
  await database.drop()
  await blobServer.stop()
  await rm(folder, { recursive: true, force: true })
})

const env = (backend: string) => ({
  ...blobServer.env,
  DATABASE_URL: database.url,
  ADMIN_STORAGE_BACKEND: backend,
  ADMIN_FILE_PATH: join(folder, 'content.json'),
})
const summaryOf = (stdout: string) => operationSummarySchema.parse(JSON.parse(stdout))
const state = { constellation: { nodes: [{ id: 'Köln' }], edges: [] }, theme: 'dark' }

describe('kb content', () => {
  test.each(['neon', 'blob', 'file'])('imports, shows, exports and restores on %s', async (backend) => {
    const file = join(folder, `${backend}.json`)
    await writeFile(file, JSON.stringify(state))
    const run = (...args: string[]) => runKbHere(['content', ...args, '--backend', backend], env('neon'))
    expect(await run('show')).toMatchObject({ code: 3, stderr: `Nothing was saved on ${backend} yet.\n` })

    const dry = await run('import', '--file', file, '--json')
    expect(dry).toMatchObject({ code: 0 })
    expect(summaryOf(dry.stdout)).toMatchObject({
      operation: 'content-import',
      name: backend,
      mode: 'dry-run',
      status: 'succeeded',
      counts: { inserted: { admin_history: 1 } },
      report: { isNew: true, writtenTo: [], graphChanges: { added: 1 } },
    })
    expect((await run('history')).stdout).toBe('')

    const applied = summaryOf(
      (await run('import', '--file', file, '--apply', '--note', 'by hand', '--json')).stdout,
    )
    expect(applied).toMatchObject({
      mode: 'apply',
      report: { writtenTo: [backend], contentState: { version: 1 } },
    })
    expect(applied.runId).not.toBeNull()
    const again = summaryOf((await run('import', '--file', file, '--apply', '--json')).stdout)
    expect(again).toMatchObject({ counts: { inserted: { admin_history: 0 } }, report: { isNew: false } })

    expect(JSON.parse((await run('show', '--state')).stdout)).toEqual(state)
    expect(JSON.parse((await run('show', '--pointer', '/constellation/nodes/0')).stdout)).toEqual({
      id: 'Köln',
    })
    expect(await run('show', '--pointer', '/nowhere')).toMatchObject({ code: 3, stdout: '' })
    expect(JSON.parse((await run('show', '--json')).stdout)).toMatchObject({
      backend,
      version: 1,
      note: 'by hand',
    })

    await runKbHere(
      ['content', 'import', '--file', '-', '--apply', '--backend', backend],
      env('neon'),
      '{"empty":true}',
    )
    const out = join(folder, `${backend}-out.json`)
    expect(await run('export', '--version', '1', '--out', out)).toMatchObject({ code: 0, stdout: '' })
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(state)
    const restored = await run('restore', '--version', '1', '--note', 'back', '--apply', '--json')
    expect(summaryOf(restored.stdout)).toMatchObject({
      operation: 'content-restore',
      report: { contentState: { version: 3, restoredFrom: 1, note: 'back' } },
    })
    const lines = (await run('export', '--history')).stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { version: 1, state },
      { version: 2, state: { empty: true } },
      { version: 3, state, restoredFrom: 1 },
    ])
    const history = await run('history', '--limit', '2')
    expect(history.stdout).toMatch(/^ +3 .* restored from 1: back\n +2 .*\n$/)
    const runs = await database.pool.query(
      'SELECT kind, mode, count(*)::int FROM admin_runs WHERE name = $1 GROUP BY 1, 2 ORDER BY 1, 2',
      [backend],
    )
    expect(runs.rows).toEqual([
      { kind: 'IMPORT', mode: 'DRY_RUN', count: 1 },
      { kind: 'IMPORT', mode: 'APPLY', count: 3 },
      { kind: 'ROLLBACK', mode: 'APPLY', count: 1 },
    ])
  })

  test('lists all problems of a file, exits with 1 and writes nothing', async () => {
    const text = String.raw`{"a":9007199254740993,"b":{"c":"\ud800","c":1}}`
    const fileEnv = { ...env('file'), ADMIN_FILE_PATH: join(folder, 'refused.json') }
    const ended = await runKbHere(['content', 'import', '--file', '-', '--apply', '--json'], fileEnv, text)
    expect(ended.code).toBe(1)
    const { status, findings } = summaryOf(ended.stdout)
    expect(status).toBe('failed')
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'content.number.exact /a',
      'content.text.surrogate /b/c',
      'content.json.duplicate /b/c',
      'operation.invalid operation',
    ])
    const other = await runKbHere(
      ['content', 'import', '--file', '-'],
      fileEnv,
      '{"constellation":[],"n":"\\u0000"}',
    )
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/\/n: text with NUL.*\n.*\/constellation:/)
    expect((await runKbHere(['content', 'history'], fileEnv)).stdout).toBe('')
  })

  test('exits with 3 if another version is current, and with 2 on wrong usage', async () => {
    const fileEnv = { ...env('file'), ADMIN_FILE_PATH: join(folder, 'codes.json') }
    const conflict = ['content', 'import', '--file', '-', '--expected-version', '4', '--apply']
    expect(await runKbHere(conflict, fileEnv, '{}')).toMatchObject({ code: 3 })
    for (const wrong of [
      ['import'],
      ['import', '--file', join(folder, 'nowhere.json')],
      ['show', '--backend', 's3'],
      ['restore', '--version', 'x'],
    ])
      expect(await runKbHere(['content', ...wrong], fileEnv)).toMatchObject({ code: 2, stdout: '' })
    const latin = join(folder, 'latin.json')
    await writeFile(latin, Buffer.from([0x22, 0xe9, 0x22]))
    const ended = await runKbHere(['content', 'import', '--file', latin], fileEnv)
    expect(ended).toMatchObject({ code: 2, stderr: `--file ${latin} is not UTF-8.\n` })
    expect(
      (await runKbHere(['content', 'show', '--backend', 'blob'], { ADMIN_FILE_PATH: 'x' })).stderr,
    ).toContain('BLOB_READ_WRITE_TOKEN is missing')
  })

  test('copies missing versions to the fallback', async () => {
    const blobEnv = {
      ...env('blob'),
      ADMIN_BLOB_PREFIX: 'mirrored/',
      ADMIN_FILE_PATH: join(folder, 'mirrored.json'),
    }
    const run = async (...args: string[]) => runKbHere(['content', ...args, '--json'], blobEnv, '{"a":1}')
    await run('import', '--file', '-', '--backend', 'blob', '--apply')
    expect(summaryOf((await run('mirror')).stdout)).toMatchObject({ mode: 'dry-run', report: { copied: 1 } })
    expect(await run('show', '--backend', 'file')).toMatchObject({ code: 3 })
    expect(summaryOf((await run('mirror', '--apply')).stdout)).toMatchObject({
      name: 'blob-file',
      report: { from: 'blob', to: 'file', copied: 1 },
    })
    expect(await run('show', '--backend', 'file')).toMatchObject({ code: 0 })
    expect(await runKbHere(['content', 'mirror', '--apply'], env('file'))).toMatchObject({ code: 3 })
  })

  test('runs as a process and prints help with examples', async () => {
    const fileEnv = { ...env('file'), ADMIN_FILE_PATH: join(folder, 'process.json') }
    const applied = await runKb(['content', 'import', '--file', '-', '--apply', '--json'], fileEnv, '{"a":1}')
    expect(applied.code).toBe(0)
    expect(summaryOf(applied.stdout)).toMatchObject({ report: { writtenTo: ['file'] } })
    for (const verb of ['show', 'export', 'import', 'history', 'restore', 'mirror']) {
      const help = await runKbHere(['content', verb, '--help'])
      expect(help).toMatchObject({ code: 0, stderr: '' })
      expect(help.stdout).toContain(`$ kb content ${verb}`)
    }
  })
})
