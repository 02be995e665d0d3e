import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UuidIndex, uuidBytes, uuidText } from '../../../src/graph/columns/uuid-index.ts'

test('text and bytes of a uuid are the same thing', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(uuidText(Buffer.concat([Buffer.alloc(5), uuidBytes(id)]), 5)).toBe(id)
    }),
  )
})

test('rows are found by their ids, however often the table grows', () => {
  const ids = randomBytes(16 * 5000)
  const index = new UuidIndex(0)
  for (const rows of [1, 7, 8, 9, 500, 5000]) {
    index.fill(ids, rows)
    for (let row = 0; row < rows; row += 37)
      expect(index.find(ids, uuidText(ids, row * 16), () => true)).toBe(row)
    expect(index.find(ids, uuidText(randomBytes(16), 0), () => true)).toBe(-1)
    if (rows < 5000) expect(index.find(ids, uuidText(ids, rows * 16), () => true)).toBe(-1)
  }
})

test('ids that begin alike, and end alike, are told apart', () => {
  const last = (byte: number) => `00000000-0000-0000-0000-0000000000${byte.toString(16).padStart(2, '0')}`
  const ids = Buffer.concat(Array.from({ length: 200 }, (_, at) => uuidBytes(last(at))))
  const index = new UuidIndex(200)
  index.fill(ids, 200)
  for (let row = 0; row < 200; row++) expect(index.find(ids, last(row), () => true)).toBe(row)
  expect(index.find(ids, last(200), () => true)).toBe(-1)
})

test('of several rows with one id the first that is accepted is found', () => {
  const id = 'ffffffff-1111-4111-8111-ffffffffffff'
  const ids = Buffer.concat(Array.from({ length: 40 }, () => uuidBytes(id)))
  const index = new UuidIndex(0)
  for (const rows of [3, 40]) {
    index.fill(ids, rows)
    const seen: number[] = []
    expect(index.find(ids, id, (row) => (seen.push(row), false))).toBe(-1)
    expect(seen).toEqual(Array.from({ length: rows }, (_, row) => row))
    expect(index.find(ids, id, (row) => row >= 2)).toBe(2)
  }
})
