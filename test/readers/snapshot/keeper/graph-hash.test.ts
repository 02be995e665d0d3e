import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashTable } from '../../../../src/domain/hash.ts'
import { hashInThread } from '../../../../src/readers/snapshot/keeper/hash-thread.ts'

test('hashes any rows in any order the same in a thread as here', async () => {
  const shared = (bytes: Uint8Array) => {
    const memory = new Uint8Array(new SharedArrayBuffer(bytes.length))
    memory.set(bytes)
    return memory
  }
  const tables = [1, 5000, 12_345].map((count) => {
    const hashes = shared(randomBytes(count * 32))
    // Some share a prefix, some are equal.
    if (count > 100)
      for (let row = 50; row < 100; row++)
        hashes.copyWithin(row * 32, (row - 50) * 32, (row - 50) * 32 + 16 + (row % 17))
    const rows = Uint32Array.from({ length: count }, (_, row) => count - 1 - row).filter(
      (row) => row % 7 !== 3,
    )
    return { hashes, rows }
  })
  const expected = tables.map(({ hashes, rows }) =>
    hashTable(Array.from(rows, (row) => Buffer.from(hashes.slice(row * 32, row * 32 + 32)).toString('hex'))),
  )
  expect(await Promise.all([hashInThread(tables), hashInThread(tables.slice(0, 1))])).toEqual([
    expected,
    expected.slice(0, 1),
  ])
  expect(await hashInThread([{ hashes: new Uint8Array(0), rows: new Uint32Array(0) }])).toEqual([
    hashTable([]),
  ])
})
