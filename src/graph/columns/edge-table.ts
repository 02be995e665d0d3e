import { bytesOfRows, copyBytes, growColumns, type BytesAt, type ColumnsOf } from './columns.ts'
import { atOnce, type Work } from '../in-turns.ts'
import { UuidIndex } from './uuid-index.ts'

/** A visible edge's values, column by column; its ends are the topology's. */
export const edgeColumnTypes = {
  id: [Uint8Array, 16],
  relation: [Uint16Array, 1],
  /** Addresses of JSON texts. */
  label: [Uint32Array, 1],
  attributes: [Uint32Array, 1],
  /** NaN where there is none. */
  weight: [Float64Array, 1],
  /** Microseconds since 1970. */
  createdAt: [Float64Array, 1],
  updatedAt: [Float64Array, 1],
  revision: [Int32Array, 1],
  contentHash: [Uint8Array, 32],
} as const

export type EdgeColumns = ColumnsOf<typeof edgeColumnTypes>

export interface EdgeRow {
  /** Where its 16 bytes are. */
  readonly id: BytesAt
  readonly relation: number
  readonly label: number
  readonly attributes: number
  readonly weight: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly revision: number
  /** … its 32 bytes. */
  readonly contentHash: BytesAt
}

/** Rows of edges, each written once; the number of an edge is that of its row. */
export class EdgeTable {
  rows = 0
  columns: EdgeColumns
  readonly #byId: UuidIndex

  constructor(expectedRows: number) {
    this.columns = atOnce(growColumns(edgeColumnTypes, null, expectedRows))
    this.#byId = new UuidIndex(expectedRows)
  }

  /** A table of kept columns. */
  static of(columns: EdgeColumns): EdgeTable {
    const table = new EdgeTable(0)
    table.columns = columns
    table.rows = columns.relation.length
    return table
  }

  /** Makes room for so many more rows, which then are added without a pause. */
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

  /** The first row with the id that is accepted, or -1. */
  findById(id: string, accept: (row: number) => boolean): number {
    this.#byId.fill(this.columns.id, this.rows)
    return this.#byId.find(this.columns.id, id, accept)
  }

  get byteSize(): number {
    return bytesOfRows(edgeColumnTypes, this.rows) + this.#byId.byteSize
  }
}
