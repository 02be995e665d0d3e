import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const root = join(import.meta.dirname, '..', '..')

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `kb` as a process of its own; `onStderr` sees what it has said so far. */
async function kb(
  args: string[],
  env: NodeJS.ProcessEnv = {},
  onStderr?: (text: string, pid: number) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin', 'kb.mjs'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
    onStderr?.(stderr, child.pid as number)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

describe('kb', () => {
  test('prints its usage and version on standard output', async () => {
    const help = await kb(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^ {2}serve [^]*^ {2}import /m)
    expect((await kb(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.each([
    ['an unknown verb', ['frobnicate'], {}, /unknown command 'frobnicate'/],
    ['an unknown flag', ['import', 'wordnet', '--fast'], {}, /unknown option '--fast'/],
    ['a wrong setting', ['import', 'wordnet'], { PORT: 'x', KB_SAMPLE: 'y' }, /PORT .*\n.*KB_SAMPLE/],
  ])('exits with 2 on %s and names it', async (_name, args, env, message) => {
    const ended = await kb(args, env)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(message)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  })

  test('exits with 1 and one clear line if the database does not respond', async () => {
    const ended = await kb(['import', 'wordnet'], { DATABASE_URL: 'postgresql://kb:hidden@127.0.0.1:1/none' })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('cannot be reached')
    expect(ended.stderr).not.toContain('hidden')
  })

  test('exits with 4 while another bulk write runs; --json prints only the summary on standard output', async () => {
    const client = await database.pool.connect()
    try {
      await client.query('BEGIN')
      const { tryLockBulkWrites } = await import('../../src/database/graph/writer.ts')
      await tryLockBulkWrites(client)
      const ended = await kb(['import', 'wordnet', '--json'], { DATABASE_URL: database.url })
      expect(ended.code).toBe(4)
      expect(JSON.parse(ended.stdout)).toMatchObject({
        operation: 'import',
        name: 'wordnet',
        mode: 'apply',
        status: 'busy',
        actor: expect.stringMatching(/^cli:/) as string,
        target: { database: expect.any(String) as string, environment: 'unmarked' },
        findings: [{ code: 'operation.already-running', severity: 'error' }],
      })
      expect(ended.stderr).toContain('Another process is writing the graph')
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  }, 60_000)

  test('interrupted by Ctrl-C, exits with 1 and leaves the graph unchanged', async () => {
    let isStopped = false
    const ended = await kb(
      ['import', 'wordnet'],
      { DATABASE_URL: database.url, NO_COLOR: '1' },
      (text, pid) => {
        if (isStopped || !text.includes('Writing synsets')) return
        isStopped = true
        process.kill(pid, 'SIGINT')
      },
    )
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/^import wordnet \(apply\): failed in /)
    expect(ended.stderr).toContain('Stopped. This run was rolled back.')
    // Without a terminal: lines, no escape sequences.
    expect(ended.stderr).not.toContain('\u001b[')
    const { rows } = await database.pool.query('SELECT count(*)::int AS entities FROM kb_entities')
    expect(rows).toEqual([{ entities: 0 }])
  }, 120_000)
})
