import { expect, test } from 'vitest'
import { growColumns as growInTurns, type ColumnsOf } from '../../../src/graph/columns/columns.ts'
import { atOnce } from '../../../src/graph/in-turns.ts'

const types = { id: [Uint8Array, 16], weight: [Float64Array, 1] } as const

const growColumns = (columns: ColumnsOf<typeof types> | null, rows: number) =>
  atOnce(growInTurns(types, columns, rows))

test('columns have room for the rows that are asked for', () => {
  const columns = growColumns(null, 3)
  expect(columns.id.length).toBeGreaterThanOrEqual(48)
  expect(columns.weight.length).toBeGreaterThanOrEqual(3)
})

test('columns that grow keep what they hold, and the former ones are not touched', () => {
  const before = growColumns(null, 2)
  before.weight.set([1.5, NaN])
  before.id.fill(7)
  const after = growColumns(before, 500)
  after.weight[2] = 9
  after.id.fill(8, 32)
  expect([...after.weight.subarray(0, 3)]).toEqual([1.5, NaN, 9])
  expect([...after.id.subarray(0, 33)]).toEqual([...Array<number>(32).fill(7), 8])
  expect([...before.weight.subarray(0, 3)]).toEqual([1.5, NaN, 0])
  expect(before.id.length).toBeLessThan(500 * 16)
})

test('columns that have room are not copied', () => {
  const grown = growColumns(growColumns(null, 1), 2)
  expect(growColumns(grown, 3)).toEqual(grown)
  expect(growColumns(grown, 3).id).toBe(grown.id)
})

test('columns that grow have room for the same number of rows, however many elements a row has', () => {
  for (let rows = 1; rows < 40; rows++) {
    const { id, weight } = growColumns(growColumns(null, 0), rows)
    expect(id.length / 16, String(rows)).toBe(weight.length)
  }
})
