import { noDomain } from '../../graph/columns/entity-table.ts'
import { attributesAt } from '../../graph/filters/entity-filter.ts'
import { numberOrNull } from '../../graph/lists/entity-order.ts'
import { microsToText } from '../../graph/columns/micros.ts'
import type { Snapshot } from '../../graph/snapshot.ts'
import { uuidText } from '../../graph/columns/uuid-index.ts'
import type { WalkedPath } from '../../graph/walks/walked-path.ts'
import type {
  EdgeField,
  EdgeFields,
  EdgeRecord,
  EntityField,
  EntityFields,
  EntityRecord,
} from '../graph-reader.ts'
import { plainListLimit } from '../plain-list.ts'
import type { PathFields, PathRecord } from '../walk-reader.ts'

type Unfinished<Whole> = { -readonly [Name in keyof Whole]?: Whole[Name] }
type FillEntity = (record: Unfinished<EntityRecord>, snapshot: Snapshot, node: number) => void

/** Each names its field: writing a computed property is several times slower. */
const entityFields: Readonly<Record<EntityField, FillEntity>> = {
  id(record, { entities, rowOf }, node) {
    record.id = uuidText(entities.id, rowOf.get(node) * 16)
  },
  slug(record, snapshot, node) {
    record.slug = snapshot.slugOf(node)
  },
  kindKey(record, { entities, rowOf, terms }, node) {
    record.kindKey = terms.kinds.all[entities.kind[rowOf.get(node)]!]!.key
  },
  domainKey(record, { entities, rowOf, terms }, node) {
    const domain = entities.domain[rowOf.get(node)]!
    record.domainKey = domain === noDomain ? null : terms.domains.all[domain]!.key
  },
  title(record, { entities, rowOf, heap }, node) {
    record.title = heap.text(entities.title[rowOf.get(node)]!)!
  },
  summary(record, { entities, rowOf, heap }, node) {
    record.summary = heap.text(entities.summary[rowOf.get(node)]!)
  },
  url(record, { entities, rowOf, heap }, node) {
    record.url = heap.text(entities.url[rowOf.get(node)]!)
  },
  status(record) {
    record.status = 'PUBLISHED'
  },
  attributes(record, { entities, rowOf, heap }, node) {
    record.attributes = attributesAt(heap, entities.attributes[rowOf.get(node)]!)
  },
  tags(record, snapshot, node) {
    record.tags = tagsOfRow(snapshot, snapshot.rowOf.get(node)).map((tag) => snapshot.tagNames.names[tag]!)
  },
  createdAt(record, { entities, rowOf }, node) {
    record.createdAt = microsToText(entities.createdAt[rowOf.get(node)]!)
  },
  updatedAt(record, { entities, rowOf }, node) {
    record.updatedAt = microsToText(entities.updatedAt[rowOf.get(node)]!)
  },
  revision(record, { entities, rowOf }, node) {
    record.revision = entities.revision[rowOf.get(node)]!
  },
  contentHash(record, { entities, rowOf }, node) {
    record.contentHash = hashText(entities.contentHash, rowOf.get(node))
  },
}

/** At most one more than a plain list may have. */
function tagsOfRow({ entities, tags }: Snapshot, row: number): number[] {
  const start = entities.tagStart[row]!
  return [...tags.subarray(start, start + Math.min(entities.tagCount[row]!, plainListLimit + 1))]
}

export function hashText(hashes: Uint8Array, row: number): string {
  return Buffer.from(hashes.buffer, hashes.byteOffset + row * 32, 32).toString('hex')
}

export function entityRecord(snapshot: Snapshot, node: number, fields: EntityFields): EntityRecord {
  const record: Unfinished<EntityRecord> = {}
  for (const name of fields.names) entityFields[name](record, snapshot, node)
  return record as EntityRecord
}

export function entityRecords(
  snapshot: Snapshot,
  nodes: readonly number[],
  fields: EntityFields,
): EntityRecord[] {
  if (fields.names.has('slug')) fetchSlugs(snapshot, nodes)
  return nodes.map((node) => entityRecord(snapshot, node, fields))
}

/** Touches all slugs first, so that the CPU overlaps the cache misses. Measured: halves a page of a hundred. */
function fetchSlugs({ slugs }: Snapshot, nodes: readonly number[]): void {
  for (let at = 0; at < nodes.length; at++)
    if (slugs.get(nodes[at]!) === undefined) throw new RangeError(`There is no node ${nodes[at]}.`)
}

type FillEdge = (record: Unfinished<EdgeRecord>, snapshot: Snapshot, edge: number) => void

const edgeFields: Readonly<Record<EdgeField, FillEdge>> = {
  id(record, { edges }, edge) {
    record.id = uuidText(edges.id, edge * 16)
  },
  relationKey(record, { edges, terms }, edge) {
    record.relationKey = terms.relations.all[edges.relation[edge]!]!.key
  },
  sourceSlug(record, snapshot, edge) {
    record.sourceSlug = snapshot.slugOf(snapshot.sourceOf.get(edge))
  },
  targetSlug(record, snapshot, edge) {
    record.targetSlug = snapshot.slugOf(snapshot.targetOf.get(edge))
  },
  label(record, { edges, heap }, edge) {
    record.label = heap.text(edges.label[edge]!)
  },
  weight(record, { edges }, edge) {
    record.weight = numberOrNull(edges.weight[edge]!)
  },
  attributes(record, { edges, heap }, edge) {
    record.attributes = attributesAt(heap, edges.attributes[edge]!)
  },
  createdAt(record, { edges }, edge) {
    record.createdAt = microsToText(edges.createdAt[edge]!)
  },
  updatedAt(record, { edges }, edge) {
    record.updatedAt = microsToText(edges.updatedAt[edge]!)
  },
  revision(record, { edges }, edge) {
    record.revision = edges.revision[edge]!
  },
  contentHash(record, { edges }, edge) {
    record.contentHash = hashText(edges.contentHash, edge)
  },
}

export function edgeRecord(snapshot: Snapshot, edge: number, fields: EdgeFields): EdgeRecord {
  const record: Unfinished<EdgeRecord> = {}
  for (const name of fields.names) edgeFields[name](record, snapshot, edge)
  if (fields.source) record.source = entityRecord(snapshot, snapshot.sourceOf.get(edge), fields.source)
  if (fields.target) record.target = entityRecord(snapshot, snapshot.targetOf.get(edge), fields.target)
  return record as EdgeRecord
}

export function pathRecord(
  snapshot: Snapshot,
  { nodes, edges, cost }: WalkedPath,
  fields: PathFields,
): PathRecord {
  return {
    entities: entityRecords(snapshot, nodes, fields.entities),
    edges: edges.map((edge) => edgeRecord(snapshot, edge, fields.edges)),
    length: edges.length,
    cost,
  }
}
