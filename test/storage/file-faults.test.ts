import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StorageUnavailableError } from '../../src/storage/content-driver.ts'
import { createFileDriver } from '../../src/storage/drivers/file.ts'
import { makeVersion } from './driver-contract.ts'

const saver = fileURLToPath(new URL('../support/file-saver.ts', import.meta.url))
let folder: string
let paths = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-file-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const newPath = () => join(folder, `${paths++}.json`)
const open = (path: string) => createFileDriver(path, { staleLockMs: 2000 })

/** A process that saves one version after the other; `last` is the newest that it said was in. */
function startSaver(path: string): { child: ChildProcess; last(): number; kill(): Promise<void> } {
  const child = spawn(process.execPath, [saver, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
  return {
    child,
    last: () => Number(told.trimEnd().split('\n').at(-1) || 0),
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

describe('the file driver', () => {
  test('has the version before or after whenever a saver is killed, and needs no unlocking', async () => {
    const path = newPath()
    for (let round = 0; round < 8; round++) {
      const saver = startSaver(path)
      const before = (await open(path).readHead())?.version ?? 0
      while (saver.last() <= before) await sleep(5)
      await sleep(Math.random() * 60)
      await saver.kill()
      const driver = open(path)
      const current = await driver.read()
      expect([saver.last(), saver.last() + 1]).toContain(current?.version)
      expect(await driver.countVersions()).toBe(current?.version)
      const next = makeVersion(current!.version + 1, { round })
      await driver.append(next, current!.version)
      expect(await driver.read()).toEqual(next)
    }
    const count = await open(path).countVersions()
    const history = await open(path).listVersions({ limit: count, order: 'oldest-first' })
    expect(history.map(({ version }) => version)).toEqual(Array.from({ length: count }, (_, at) => at + 1))
  }, 90_000)

  test('prevents a saver that outslept its lock from overwriting a later one', async () => {
    const path = newPath()
    const sleeper = startSaver(path)
    const saved = []
    try {
      for (let round = 0; round < 3; round++) {
        const told = sleeper.last()
        while (sleeper.last() <= told) await sleep(5)
        await sleep(Math.random() * 20)
        sleeper.child.kill('SIGSTOP')
        const driver = open(path)
        const current = (await driver.readHead())!.version
        for (let version = current + 1; version <= current + 2; version++) {
          const next = makeVersion(version, { awake: version })
          await driver.append(next, version - 1)
          saved.push(next)
        }
        sleeper.child.kill('SIGCONT')
      }
      await sleep(100)
    } finally {
      await sleeper.kill()
    }
    const driver = open(path)
    for (const version of saved) expect(await driver.readVersion(version.version)).toEqual(version)
    expect((await driver.read())?.version).toBe(await driver.countVersions())
  }, 60_000)

  test.each([
    ['cut short', (text: string) => text.slice(0, 100), 'cannot be read'],
    ['emptied', () => '', 'cannot be read'],
    ['edited', (text: string) => text.replace('"here"', '"there"'), 'its hash differs'],
    ['something else', () => '[]', 'is not a JSON object'],
    [
      'a number that JavaScript changes',
      (t: string) => t.replace('"here"', '9007199254740993'),
      'would become',
    ],
  ])('reports a file that was %s as unusable, not as missing', async (_name, damage, reason) => {
    const path = newPath()
    await open(path).append(makeVersion(1, { is: 'here' }), 0)
    await writeFile(path, damage(await readFile(path, 'utf8')))
    for (const ask of [
      () => open(path).read(),
      () => open(path).readHead(),
      () => open(path).countVersions(),
    ]) {
      await expect(ask()).rejects.toThrow(StorageUnavailableError)
      await expect(ask()).rejects.toThrow(reason)
    }
    await expect(open(path).append(makeVersion(2, {}), 1)).rejects.toThrow(StorageUnavailableError)
  })

  test('continues from the history if the copy of the newest version is lost or stale', async () => {
    const path = newPath()
    const driver = open(path)
    await driver.append(makeVersion(1, { a: 1 }), 0)
    const first = await readFile(path, 'utf8')
    const second = makeVersion(2, { a: 2 })
    await driver.append(second, 1)
    await writeFile(path, first)
    expect(await driver.read()).toEqual(second)
    await rm(path)
    expect(await driver.read()).toEqual(second)
    await driver.append(makeVersion(3, { a: 3 }), 2)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version: 3 })
  })

  test('reveals no folder of the machine to clients', async () => {
    const path = join(newPath(), 'content.json')
    await mkdir(path, { recursive: true })
    const message = await open(path)
      .read()
      .catch((error: Error) => error.message)
    expect(message).toBe('The file of ADMIN_FILE_PATH cannot be used: EISDIR.')
    const other = newPath()
    await open(other).append(makeVersion(1, {}), 0)
    await writeFile(join(`${other}.history`, '0000000001.json'), '{')
    await expect(open(other).readVersion(1)).rejects.toThrow(/^(?!.*tmp).*0000000001\.json/)
  })

  test('reports when it cannot write and when it cannot read', async () => {
    const file = newPath()
    await writeFile(file, '')
    const below = join(file, 'content.json')
    await expect(open(below).append(makeVersion(1, {}), 0)).rejects.toThrow(/(EEXIST|ENOTDIR)/)
    await expect(open(below).read()).rejects.toThrow(StorageUnavailableError)
  })
})
