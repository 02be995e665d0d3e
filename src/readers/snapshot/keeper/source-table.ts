import type { ClientBase } from 'pg'
import { compareCodePoints } from '../../../domain/text/code-points.ts'
import { readBinaryCopy, type BinaryRow } from '../../../database/tables/binary-copy.ts'
import { toRfc3339 } from '../../../domain/timestamp.ts'
import { copyBytes } from '../../../graph/columns/columns.ts'
import { TextHeap } from '../../../graph/columns/text-heap.ts'
import { UuidIndex, uuidText } from '../../../graph/columns/uuid-index.ts'
import type { DocumentRecord, SourceRecord } from '../../provenance-reader.ts'

type Detail = [
  SourceRecord['locator'],
  SourceRecord['excerpt'],
  SourceRecord['supports'],
  SourceRecord['confidence'],
  SourceRecord['rank'],
]

/** Columns of all references, including drafts', unordered. */
export interface SourceColumns {
  readonly id: Uint8Array
  readonly subject: Uint8Array
  readonly isOfEdge: Uint8Array
  readonly document: Uint32Array
  readonly run: Uint32Array
  /** Address of the details as JSON. */
  readonly detail: Uint32Array
}

/** References by subject. Most name one document, which is stored once. */
export class SourceTable {
  readonly columns: SourceColumns
  readonly count: number
  readonly documents: readonly DocumentRecord[]
  readonly runIds: readonly string[]
  readonly heap: TextHeap
  readonly #bySubject: UuidIndex
  readonly #byId: UuidIndex

  constructor(
    columns: SourceColumns,
    documents: readonly DocumentRecord[],
    runIds: readonly string[],
    heap: TextHeap,
  ) {
    this.columns = columns
    this.count = columns.document.length
    this.documents = documents
    this.runIds = runIds
    this.heap = heap
    this.#bySubject = new UuidIndex(this.count)
    this.#byId = new UuidIndex(this.count)
  }

  get byteSize(): number {
    const { id, subject, isOfEdge, document, run, detail } = this.columns
    const columns = [id, subject, isOfEdge, document, run, detail]
    return columns.reduce((sum, { byteLength }) => sum + byteLength, this.heap.byteSize)
  }

  rowsOf(subject: string): number[] {
    this.#bySubject.fill(this.columns.subject, this.count)
    const rows: number[] = []
    this.#bySubject.find(this.columns.subject, subject, (row) => {
      rows.push(row)
      return false
    })
    return rows.length < 2 ? rows : rows.sort((a, b) => this.#compare(a, b))
  }

  #compare(left: number, right: number): number {
    const [one, other] = [this.documentOf(left).uri, this.documentOf(right).uri]
    return compareCodePoints(one, other) || (this.idOf(left) < this.idOf(right) ? -1 : 1)
  }

  has(subject: string): boolean {
    this.#bySubject.fill(this.columns.subject, this.count)
    return this.#bySubject.find(this.columns.subject, subject, () => true) !== -1
  }

  find(id: string): number {
    this.#byId.fill(this.columns.id, this.count)
    return this.#byId.find(this.columns.id, id, () => true)
  }

  idOf(row: number): string {
    return uuidText(this.columns.id, row * 16)
  }

  subjectOf(row: number): { readonly of: 'entity' | 'edge'; readonly id: string } {
    const { subject, isOfEdge } = this.columns
    return { of: isOfEdge[row] === 1 ? 'edge' : 'entity', id: uuidText(subject, row * 16) }
  }

  documentOf(row: number): DocumentRecord {
    return this.documents[this.columns.document[row]!]!
  }

  runIdOf(row: number): string {
    return this.runIds[this.columns.run[row]!]!
  }

  record(row: number): SourceRecord {
    const { of, id } = this.subjectOf(row)
    const [locator, excerpt, supports, confidence, rank] = JSON.parse(
      this.heap.json(this.columns.detail[row]!),
    ) as Detail
    return {
      id: this.idOf(row),
      entityId: of === 'entity' ? id : null,
      edgeId: of === 'edge' ? id : null,
      runId: this.runIdOf(row),
      ...this.documentOf(row),
      locator,
      excerpt,
      supports,
      confidence,
      rank,
    }
  }
}

const query = `
  SELECT c.id, coalesce(c.entity_id, c.edge_id), c.edge_id IS NOT NULL, c.run_id, c.uri, c.title, c.retrieved_at::text,
    c.document_hash, c.license, json_build_array(c.locator, c.excerpt, c.supports, c.confidence, c.rank)::text
  FROM kb_entity_sources c`

export async function loadSources(client: ClientBase): Promise<SourceTable> {
  const { rows } = await client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM kb_entity_sources',
  )
  const { count } = rows[0]!
  const columns: SourceColumns = {
    id: new Uint8Array(count * 16),
    subject: new Uint8Array(count * 16),
    isOfEdge: new Uint8Array(count),
    document: new Uint32Array(count),
    run: new Uint32Array(count),
    detail: new Uint32Array(count),
  }
  const heap = new TextHeap()
  const documents = createNumbers<DocumentRecord>()
  const runs = createNumbers<string>()
  let at = 0
  // Consecutive rows often share details.
  let detail = Buffer.alloc(0)
  let address = 0
  await readBinaryCopy(client, query, 10, (row) => {
    copyBytes({ bytes: row.bytes, at: row.starts[0]! }, columns.id, at * 16, 16)
    copyBytes({ bytes: row.bytes, at: row.starts[1]! }, columns.subject, at * 16, 16)
    columns.isOfEdge[at] = row.boolean(2) ? 1 : 0
    columns.run[at] = runs.numberOf(row.slice(3), () => uuidText(row.slice(3), 0))
    columns.document[at] = documents.numberOf(row.span(4, 8), () => documentIn(row))
    const bytes = row.slice(9)
    if (!bytes.equals(detail)) {
      detail = Buffer.from(bytes)
      address = heap.addJson(detail)
    }
    columns.detail[at] = address
    at++
  })
  return new SourceTable(columns, documents.all, runs.all, heap)
}

function documentIn(row: BinaryRow): DocumentRecord {
  return {
    uri: row.text(4)!,
    title: row.text(5),
    retrievedAt: row.isNull(6) ? null : toRfc3339(row.ascii(6)),
    documentHash: row.text(7),
    license: row.text(8),
  }
}

/** Numbers repeated values, with a fast path for runs of equal ones. */
function createNumbers<Item>() {
  const numbers = new Map<string, number>()
  const all: Item[] = []
  let latest = { bytes: Buffer.alloc(0), number: -1 }
  return {
    all,
    numberOf(bytes: Buffer, make: () => Item): number {
      if (latest.number !== -1 && latest.bytes.equals(bytes)) return latest.number
      const key = bytes.toString('latin1')
      let number = numbers.get(key)
      if (number === undefined) {
        number = all.length
        all.push(make())
        numbers.set(key, number)
      }
      latest = { bytes: Buffer.from(bytes), number }
      return number
    },
  }
}
