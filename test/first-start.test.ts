import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kb-first-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
}

/** Serves in a process of its own that is expected to end by itself. */
async function serve(dataDir: string, more: Record<string, string> = {}, command?: string[]): Promise<Ended> {
  const words = [...(command ?? []), process.execPath, 'bin/kb.mjs', 'serve']
  const [program = '', ...args] = words
  const child = spawn(program, args, {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], KB_DATA_DIR: dataDir, PORT: '0', KB_SAMPLE: 'none', ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill())
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines: text.split('\n').filter(Boolean) }
}

function expectRefused({ code, lines }: Ended, message: RegExp): void {
  expect(lines).toEqual([expect.stringMatching(message)])
  expect(code).toBe(2)
}

const isRoot = process.getuid?.() === 0

describe('a first start reports in one line', () => {
  test.runIf(existsSync('/proc/self'))('a folder that cannot be created', async () => {
    expectRefused(await serve('/proc/nope'), /^KB_DATA_DIR \/proc\/nope cannot be created; /)
    expectRefused(await serve('/proc/nope/deeper'), /^KB_DATA_DIR \/proc\/nope\/deeper cannot be created; /)
    expectRefused(
      await serve('/proc/nope', { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }),
      /^KB_DATA_DIR \/proc\/nope cannot be created; /,
    )
  })

  test('a file or a broken link instead of the folder', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'dear')
    expectRefused(await serve(file), /^KB_DATA_DIR \S+file is a file; use a folder\.$/)
    expectRefused(await serve(join(file, 'below')), /^KB_DATA_DIR \S+below leads through a file; /)
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    expectRefused(await serve(join(folder, 'link')), /^KB_DATA_DIR \S+link is a broken link; /)
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'link'])
  })

  test('a folder that this account cannot write to', async () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    // Root may write everywhere, so it steps down for this.
    const command = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const canRun = spawnSync(command[0] ?? 'true', [...command.slice(1), process.execPath, '-e', ''], {
      cwd: join(import.meta.dirname, '..'),
    })
    const isTreeReadable =
      spawnSync(command[0] ?? 'true', [...command.slice(1), process.execPath, 'bin/kb.mjs', '--version'], {
        cwd: join(import.meta.dirname, '..'),
      }).status === 0
    if (canRun.status !== 0 || !isTreeReadable) return // a clone below a folder of root's own
    for (const dataDir of [closed, join(closed, 'new')])
      expectRefused(await serve(dataDir, {}, command), /^KB_DATA_DIR \S+ is not writable by this account; /)
    expect(readdirSync(closed)).toEqual([])
  })

  test('a folder with other contents', async () => {
    mkdirSync(join(folder, 'postgres'))
    writeFileSync(join(folder, 'postgres', 'letter.txt'), 'dear')
    expectRefused(
      await serve(folder),
      /holds files but no database\. Empty it, or choose another KB_DATA_DIR\.$/,
    )
    expect(readdirSync(folder)).toEqual(['postgres'])
  })

  test('a disk without space for the database, and leaves nothing on it', async () => {
    // A limit on the size of files stands in for the disk: initdb fails at a file of 16 MB.
    const command = ['bash', '-c', 'ulimit -f 8000; exec "$@"', 'bash']
    const dataDir = join(folder, 'a', 'b')
    expectRefused(await serve(dataDir, {}, command), /^KB_DATA_DIR \S+b cannot hold a new database: /)
    expect(readdirSync(folder)).toEqual([])
  })

  test.runIf(canMount())('a disk that is too small, before anything is written', async () => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', disk]).status).toBe(0)
    try {
      expectRefused(
        await serve(disk),
        /^KB_DATA_DIR \S+disk is on a disk with \d+ MB free, and a new database needs 150 MB; /,
      )
      expect(readdirSync(disk)).toEqual([])
    } finally {
      spawnSync('umount', [disk])
    }
  })

  test('a port in use, before a database is made', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    try {
      const { port } = other.address() as AddressInfo
      const dataDir = join(folder, 'data')
      expectRefused(await serve(dataDir, { PORT: String(port) }), /^PORT \d+ is taken by another process; /)
      expectRefused(
        await serve(dataDir, { HOST: '192.0.2.1' }),
        /^HOST 192\.0\.2\.1 is not an address of this machine; /,
      )
      expect(readdirSync(folder)).toEqual([])
    } finally {
      other.close()
    }
  })
})

test('SIGINT during a first start ends it with exit code 0 and leaves no process', async () => {
  const dataDir = join(folder, 'data')
  const child = spawn(process.execPath, ['bin/kb.mjs', 'serve'], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], KB_DATA_DIR: dataDir, PORT: '0' },
    stdio: 'ignore',
  })
  const ended = once(child, 'close')
  await expect.poll(() => existsSync(dataDir), { timeout: 20_000 }).toBe(true)
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
}, 60_000)

/** Whether this process may mount a small disk; in most containers it may not. */
function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'kb-mount-'))
  try {
    const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place]).status === 0
    if (isMounted) spawnSync('umount', [place])
    return isMounted
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
