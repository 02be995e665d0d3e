import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspectImage, renderImageFile } from '../../src/storage/image-process.ts'
import { createBomb, svg } from '../support/svg.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-images-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a picture has a type, size and placeholder, and can be rendered smaller', async () => {
  const path = join(folder, 'plain.svg')
  await writeFile(path, svg('<rect width="30" height="20" fill="red"/>'))
  expect(await inspectImage(path)).toMatchObject({ mimeType: 'image/svg+xml', width: 30, height: 20 })
  expect(await renderImageFile(path, 15)).toMatchObject({ mimeType: 'image/webp', width: 15, height: 10 })
})

test('bytes that are not a picture are reported', async () => {
  const path = join(folder, 'text.png')
  await writeFile(path, 'no picture')
  expect(await inspectImage(path)).toEqual({ problem: expect.stringContaining('unsupported image format') })
  await expect(renderImageFile(path, 15)).rejects.toThrow('unsupported image format')
})

test('rendering an endless picture is aborted and blocks no thread of this process', async () => {
  const path = join(folder, 'bomb.svg')
  await writeFile(path, createBomb())
  let ended = 0
  const bombs = Array.from({ length: 4 }, () => inspectImage(path, 1000).finally(() => ended++))
  // As many at once would hold all threads by which files are read.
  for (let at = 0; at < 20; at++) expect((await readFile(path)).length).toBeGreaterThan(0)
  expect(ended).toBe(0)
  for (const found of await Promise.all(bombs))
    expect(found).toEqual({ problem: 'it takes more than 1 s to draw' })
}, 30_000)
