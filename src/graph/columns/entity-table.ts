import { bytesOfRows, copyBytes, growColumns, type BytesAt, type ColumnsOf } from './columns.ts'
import { atOnce, type Work } from '../in-turns.ts'
import { UuidIndex } from './uuid-index.ts'

export const entityColumnTypes = {
  id: [Uint8Array, 16],
  /** Addresses of JSON texts; `titleKey` is the sort key of titles. */
  slugText: [Uint32Array, 1],
  title: [Uint32Array, 1],
  titleKey: [Uint32Array, 1],
  summary: [Uint32Array, 1],
  url: [Uint32Array, 1],
  attributes: [Uint32Array, 1],
  kind: [Uint16Array, 1],
  domain: [Uint16Array, 1],
  tagStart: [Uint32Array, 1],
  tagCount: [Uint16Array, 1],
  /** NaN for none. */
  weight: [Float64Array, 1],
  x: [Float64Array, 1],
  y: [Float64Array, 1],
  createdAt: [Float64Array, 1],
  updatedAt: [Float64Array, 1],
  revision: [Int32Array, 1],
  contentHash: [Uint8Array, 32],
} as const

export const noDomain = 0xffff

export type EntityColumns = ColumnsOf<typeof entityColumnTypes>

export interface EntityRow {
  readonly id: BytesAt
  readonly slug: string
  readonly slugText: number
  readonly title: number
  readonly titleKey: number
  readonly summary: number
  readonly url: number
  readonly attributes: number
  readonly kind: number
  readonly domain: number
  readonly tags: readonly number[]
  readonly weight: number
  readonly x: number
  readonly y: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly revision: number
  readonly contentHash: BytesAt
}

/** Append-only entity rows. A changed entity is a new row; a snapshot knows which rows are current. */
export class EntityTable {
  rows = 0
  columns: EntityColumns
  readonly slugs: string[] = []
  tags: Uint32Array = new Uint32Array(0)
  tagsUsed = 0
  readonly #byId: UuidIndex

  constructor(expectedRows: number) {
    this.columns = atOnce(growColumns(entityColumnTypes, null, expectedRows))
    this.tags = new Uint32Array(expectedRows)
    this.#byId = new UuidIndex(expectedRows)
  }

  static of(columns: EntityColumns, slugs: Iterable<string>, tags: Uint32Array): EntityTable {
    const table = new EntityTable(0)
    table.columns = columns
    for (const slug of slugs) table.slugs.push(slug)
    table.rows = table.slugs.length
    table.tags = tags
    table.tagsUsed = tags.length
    return table
  }

  *reserve(more: number): Work<void> {
    const rows = this.rows + more
    if (rows > this.columns.kind.length)
      this.columns = yield* growColumns(entityColumnTypes, this.columns, rows)
    yield* this.#byId.reserve(this.columns.id, this.rows, rows)
  }

  append(row: EntityRow): number {
    const at = this.rows++
    if (this.rows > this.columns.kind.length)
      this.columns = atOnce(growColumns(entityColumnTypes, this.columns, this.rows))
    const { columns } = this
    copyBytes(row.id, columns.id, at * 16, 16)
    this.slugs.push(row.slug)
    columns.slugText[at] = row.slugText
    columns.title[at] = row.title
    columns.titleKey[at] = row.titleKey
    columns.summary[at] = row.summary
    columns.url[at] = row.url
    columns.attributes[at] = row.attributes
    columns.kind[at] = row.kind
    columns.domain[at] = row.domain
    this.setTags(at, row.tags)
    columns.weight[at] = row.weight
    columns.x[at] = row.x
    columns.y[at] = row.y
    columns.createdAt[at] = row.createdAt
    columns.updatedAt[at] = row.updatedAt
    columns.revision[at] = row.revision
    copyBytes(row.contentHash, columns.contentHash, at * 32, 32)
    return at
  }

  setTags(row: number, tags: readonly number[]): void {
    this.columns.tagStart[row] = this.#appendTags(tags)
    this.columns.tagCount[row] = tags.length
  }

  findById(id: string, accept: (row: number) => boolean): number {
    this.#byId.fill(this.columns.id, this.rows)
    return this.#byId.find(this.columns.id, id, accept)
  }

  findByIdBytes(id: BytesAt): number {
    this.#byId.fill(this.columns.id, this.rows)
    return this.#byId.findBytes(this.columns.id, id)
  }

  get byteSize(): number {
    // A slug costs its characters and some engine overhead.
    return (
      bytesOfRows(entityColumnTypes, this.rows) + this.#byId.byteSize + this.tags.byteLength + this.rows * 48
    )
  }

  #appendTags(tags: readonly number[]): number {
    const start = this.tagsUsed
    if (start + tags.length > this.tags.length) {
      const grown = new Uint32Array(Math.ceil((start + tags.length) * 1.5) + 16)
      grown.set(this.tags)
      this.tags = grown
    }
    this.tags.set(tags, start)
    this.tagsUsed += tags.length
    return start
  }
}
