import type { BinaryRow } from '../../../database/tables/binary-copy.ts'
import { noDomain, type EntityRow } from '../../../graph/columns/entity-table.ts'
import type { EdgeRow } from '../../../graph/columns/edge-table.ts'
import type { Lineage } from '../../../graph/lineage.ts'
import type { TermList } from '../../../graph/columns/vocabulary.ts'

/** Columns in the order {@link readEntityRow} expects; tags are in no column. */
export const entityColumns = {
  ofTable: `e.id, e.slug, e.title, e.title_key, e.summary, e.url, e.attributes::text, e.kind_key, e.domain_key,
    NULL::text[], e.weight, e.position_x, e.position_y, e.created_at, e.updated_at, e.revision, decode(e.content_hash, 'hex')`,
  /** From the feed, whose states omit only the store's own columns. */
  ofFeed: `c.subject_id, c.state->>'slug', c.state->>'title', left(kb_fold(c.state->>'title'), 500), c.state->>'summary',
    c.state->>'url', (c.state->'attributes')::text, c.state->>'kind', c.state->>'domain',
    ARRAY(SELECT jsonb_array_elements_text(c.state->'tags')), (c.state->>'weight')::float8,
    (c.state->'position'->>'x')::float8, (c.state->'position'->>'y')::float8, c.created_at, c.updated_at, c.revision,
    decode(c.content_hash, 'hex')`,
  count: 17,
} as const

export const edgeColumns = {
  ofTable: `e.id, e.relation_key, e.source_slug, e.target_slug, e.label, e.weight, e.attributes::text, e.created_at,
    e.updated_at, e.revision, decode(e.content_hash, 'hex')`,
  ofFeed: `c.subject_id, c.state->>'relation', c.source_slug, c.target_slug, c.state->>'label',
    (c.state->>'weight')::float8, (c.state->'attributes')::text, c.created_at, c.updated_at, c.revision,
    decode(c.content_hash, 'hex')`,
  count: 11,
} as const

/** A row names an unknown term: the vocabulary has changed, and a new lineage starts. */
export class UnknownTermError extends Error {
  override name = 'UnknownTermError'
}

/** Reads an entity row and copies its texts into the heap; `row` is lent, `at` is its first field. */
export function readEntityRow(row: BinaryRow, at: number, { heap, terms, tags }: Lineage): EntityRow {
  const { bytes, starts, ends } = row
  const text = (field: number) => (row.isNull(field) ? 0 : heap.addText(bytes, starts[field]!, ends[field]!))
  const title = text(at + 2)
  const domain = row.isNull(at + 8) ? noDomain : numberIn(terms.domains, row, at + 8)
  return {
    id: { bytes, at: starts[at]! },
    slug: row.ascii(at + 1),
    slugText: text(at + 1),
    title,
    titleKey: row.isEqual(at + 3, at + 2) ? title : text(at + 3),
    summary: text(at + 4),
    url: text(at + 5),
    attributes: readJson(row, at + 6, heap),
    kind: numberIn(terms.kinds, row, at + 7),
    domain,
    tags: row.texts(at + 9).map((tag) => tags.numberOf(tag)),
    weight: row.float64(at + 10),
    x: row.float64(at + 11),
    y: row.float64(at + 12),
    createdAt: row.timestamp(at + 13),
    updatedAt: row.timestamp(at + 14),
    revision: row.int32(at + 15),
    contentHash: { bytes, at: starts[at + 16]! },
  }
}

export function readEdgeRow(row: BinaryRow, at: number, { heap, terms }: Lineage): EdgeRow {
  return {
    id: { bytes: row.bytes, at: row.starts[at]! },
    relation: numberIn(terms.relations, row, at + 1),
    label: row.isNull(at + 4) ? 0 : heap.addText(row.bytes, row.starts[at + 4]!, row.ends[at + 4]!),
    weight: row.float64(at + 5),
    attributes: readJson(row, at + 6, heap),
    createdAt: row.timestamp(at + 7),
    updatedAt: row.timestamp(at + 8),
    revision: row.int32(at + 9),
    contentHash: { bytes: row.bytes, at: row.starts[at + 10]! },
  }
}

/** Most edges have no attributes, so empty ones are stored as null. */
function readJson({ bytes, starts, ends }: BinaryRow, field: number, heap: Lineage['heap']): number {
  const [start, end] = [starts[field]!, ends[field]!]
  return end - start === 2 ? 0 : heap.addJson(bytes, start, end)
}

function numberIn(terms: TermList<unknown>, { bytes, starts, ends }: BinaryRow, field: number): number {
  const number = terms.findBytes(bytes, starts[field]!, ends[field]!)
  if (number === -1) throw new UnknownTermError('A row names a kind, relation or domain that is new.')
  return number
}
