import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256Hex } from '../../src/domain/hash.ts'
import { createMediaFiles } from '../../src/storage/media-files.ts'
import { createImageRenderer } from '../../src/storage/render-image.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-media-'))
})
afterEach(() => rm(folder, { recursive: true }))

const bytes = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20"/></svg>',
)

test('a file is named by its content, stored once, and repaired if truncated', async () => {
  const files = createMediaFiles(folder)
  const file = await files.put(bytes, 'svg')
  const name = `${sha256Hex(bytes)}.svg`
  expect(file).toEqual({ hash: sha256Hex(bytes), byteSize: bytes.length, url: `/media/${name}` })
  await Promise.all([1, 2, 3].map(() => files.put(bytes, 'svg')))
  expect(await readdir(join(folder, 'media'))).toEqual([name])
  const path = join(folder, 'media', name)
  expect(await files.find(name)).toBe(path)
  await writeFile(path, '')
  await files.put(bytes, 'svg')
  expect(await readFile(path)).toEqual(bytes)
})

test.each(['../../etc/passwd', `${'a'.repeat(64)}.svg`, '', `${'A'.repeat(64)}.svg`])(
  '%s finds no file',
  async (name) => {
    expect(await createMediaFiles(folder).find(name)).toBeNull()
  },
)

test('a picture is rendered at the requested width', async () => {
  const renderer = await createImageRenderer()
  if ('reason' in renderer) throw new Error(`sharp must run where the tests run: ${renderer.reason}`)
  const image = await renderer.render(bytes, 15)
  expect(image).toMatchObject({ width: 15, height: 10, mimeType: 'image/webp' })
  expect(Buffer.from(image.bytes).toString('latin1', 8, 12)).toBe('WEBP')
  await expect(renderer.render(Buffer.from('no picture'), 15)).rejects.toThrow()
})
