import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DamagedFileError, readSectionFile, writeSectionFile } from '../../src/graph/section-file.ts'

const sections = {
  values: { format: 1, names: ['é', '"'], none: null },
  arrays: {
    bytes: Uint8Array.of(1, 2, 3),
    empty: new Float64Array(0),
    doubles: Float64Array.of(NaN, -0, 1e300),
    shorts: Uint16Array.of(65_535),
    words: Uint32Array.of(4_294_967_295, 0),
    buffer: Buffer.from('text'),
    signed: Int32Array.of(-1),
  },
}

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-section-'))
  path = join(folder, 'graph.snapshot')
})
beforeEach(() => writeSectionFile(path, sections))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('arrays and values come back as they were', async () => {
  const read = (await readSectionFile(path))!
  expect(read.values).toEqual(sections.values)
  expect(Object.keys(read.arrays)).toEqual(Object.keys(sections.arrays))
  for (const [name, array] of Object.entries(sections.arrays))
    expect([...read.arrays[name]!], name).toEqual([...array])
  expect(read.arrays['doubles']).toBeInstanceOf(Float64Array)
  expect(read.arrays['signed']).toBeInstanceOf(Int32Array)
})

test('where there is no file there is nothing', async () => {
  expect(await readSectionFile(join(folder, 'none'))).toBeNull()
})

test('a file with any one bit flipped is refused', async () => {
  const whole = await readFile(path)
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 1 << (at % 8)
    await writeFile(path, damaged)
    await expect(readSectionFile(path), `byte ${at}`).rejects.toThrow(DamagedFileError)
  }
})

test('a file that was cut, lengthened or emptied is refused', async () => {
  const whole = await readFile(path)
  for (const part of [0, 1, 7, 12, 43, 44, whole.length - 33, whole.length - 1])
    await writeFile(path, whole.subarray(0, part)).then(() =>
      expect(readSectionFile(path), `${part} bytes`).rejects.toThrow(DamagedFileError),
    )
  await writeFile(path, Buffer.concat([whole, Buffer.alloc(8)]))
  await expect(readSectionFile(path)).rejects.toThrow(DamagedFileError)
})

test('a file of another kind is refused', async () => {
  await writeFile(path, JSON.stringify({ this: 'is something else, and long enough to have a hash in it' }))
  await expect(readSectionFile(path)).rejects.toThrow('no snapshot')
})

test('a file is replaced in one step, and nothing is left beside it', async () => {
  await writeSectionFile(path, { values: { second: true }, arrays: {} })
  expect((await readSectionFile(path))!.values).toEqual({ second: true })
  expect(await readdir(folder)).toEqual(['graph.snapshot'])
})

test('a write that fails leaves the former file, and nothing beside it', async () => {
  const gone = Uint8Array.of(1)
  structuredClone(gone.buffer, { transfer: [gone.buffer] })
  await expect(writeSectionFile(path, { values: {}, arrays: { gone } })).rejects.toThrow('detached')
  expect((await readSectionFile(path))!.values).toEqual(sections.values)
  expect(await readdir(folder)).toEqual(['graph.snapshot'])
})
