import { bytesOfRows, copyBytes, growColumns, type BytesAt, type ColumnsOf } from './columns.ts'
import { atOnce, type Work } from '../in-turns.ts'
import { UuidIndex } from './uuid-index.ts'

export const edgeColumnTypes = {
  id: [Uint8Array, 16],
  relation: [Uint16Array, 1],
  label: [Uint32Array, 1],
  attributes: [Uint32Array, 1],
  weight: [Float64Array, 1],
  createdAt: [Float64Array, 1],
  updatedAt: [Float64Array, 1],
  revision: [Int32Array, 1],
  contentHash: [Uint8Array, 32],
} as const

export type EdgeColumns = ColumnsOf<typeof edgeColumnTypes>

export interface EdgeRow {
  readonly id: BytesAt
  readonly relation: number
  readonly label: number
  readonly attributes: number
  readonly weight: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly revision: number
  readonly contentHash: BytesAt
}

/** Append-only edge rows; an edge's number is its row. */
export class EdgeTable {
  rows = 0
  columns: EdgeColumns
  readonly #byId: UuidIndex

  constructor(expectedRows: number) {
    this.columns = atOnce(growColumns(edgeColumnTypes, null, expectedRows))
    this.#byId = new UuidIndex(expectedRows)
  }

  static of(columns: EdgeColumns): EdgeTable {
    const table = new EdgeTable(0)
    table.columns = columns
    table.rows = columns.relation.length
    return table
  }

  *reserve(more: number): Work<void> {
    const rows = this.rows + more
    if (rows > this.columns.relation.length)
      this.columns = yield* growColumns(edgeColumnTypes, this.columns, rows)
    yield* this.#byId.reserve(this.columns.id, this.rows, rows)
  }

  append(row: EdgeRow): number {
    const at = this.rows++
    if (this.rows > this.columns.relation.length)
      this.columns = atOnce(growColumns(edgeColumnTypes, this.columns, this.rows))
    const { columns } = this
    copyBytes(row.id, columns.id, at * 16, 16)
    columns.relation[at] = row.relation
    columns.label[at] = row.label
    columns.attributes[at] = row.attributes
    columns.weight[at] = row.weight
    columns.createdAt[at] = row.createdAt
    columns.updatedAt[at] = row.updatedAt
    columns.revision[at] = row.revision
    copyBytes(row.contentHash, columns.contentHash, at * 32, 32)
    return at
  }

  /** The first row with the id for which `accept` is true, or -1. */
  findById(id: string, accept: (row: number) => boolean): number {
    this.#byId.fill(this.columns.id, this.rows)
    return this.#byId.find(this.columns.id, id, accept)
  }

  get byteSize(): number {
    return bytesOfRows(edgeColumnTypes, this.rows) + this.#byId.byteSize
  }
}
