import { noDomain } from '../../graph/entity-table.ts'
import { attributesAt } from '../../graph/entity-filter.ts'
import { numberOrNull } from '../../graph/entity-order.ts'
import { microsToText } from '../../graph/micros.ts'
import type { Snapshot } from '../../graph/snapshot.ts'
import { uuidText } from '../../graph/uuid-index.ts'
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

const entityValues: Readonly<
  Record<EntityField, (snapshot: Snapshot, row: number, node: number) => unknown>
> = {
  id: ({ entities }, row) => uuidText(entities.id, row * 16),
  slug: (snapshot, _, node) => snapshot.slugOf(node),
  kindKey: ({ entities, terms }, row) => terms.kinds.all[entities.kind[row]!]!.key,
  domainKey({ entities, terms }, row) {
    const domain = entities.domain[row]!
    return domain === noDomain ? null : terms.domains.all[domain]!.key
  },
  title: ({ entities, heap }, row) => heap.text(entities.title[row]!),
  summary: ({ entities, heap }, row) => heap.text(entities.summary[row]!),
  url: ({ entities, heap }, row) => heap.text(entities.url[row]!),
  status: () => 'PUBLISHED',
  attributes: ({ entities, heap }, row) => attributesAt(heap, entities.attributes[row]!),
  tags: (snapshot, row) => tagsOfRow(snapshot, row).map((tag) => snapshot.tagNames.names[tag]!),
  createdAt: ({ entities }, row) => microsToText(entities.createdAt[row]!),
  updatedAt: ({ entities }, row) => microsToText(entities.updatedAt[row]!),
  revision: ({ entities }, row) => entities.revision[row],
  contentHash: ({ entities }, row) => hashText(entities.contentHash, row),
}

/** Numbers of an entity's tags, in order, one more at most than a plain list may have. */
function tagsOfRow({ entities, tags }: Snapshot, row: number): number[] {
  const start = entities.tagStart[row]!
  return [...tags.subarray(start, start + Math.min(entities.tagCount[row]!, plainListLimit + 1))]
}

/** The hash in hexadecimal digits. */
export function hashText(hashes: Uint8Array, row: number): string {
  return Buffer.from(hashes.buffer, hashes.byteOffset + row * 32, 32).toString('hex')
}

/** The entity of a node with the wanted fields. */
export function entityRecord(snapshot: Snapshot, node: number, fields: EntityFields): EntityRecord {
  const row = snapshot.rowOf[node]!
  const record: Record<string, unknown> = {}
  for (const name of fields.names) record[name] = entityValues[name](snapshot, row, node)
  return record as unknown as EntityRecord
}

const edgeValues: Readonly<Record<EdgeField, (snapshot: Snapshot, edge: number) => unknown>> = {
  id: ({ edges }, edge) => uuidText(edges.id, edge * 16),
  relationKey: ({ edges, terms }, edge) => terms.relations.all[edges.relation[edge]!]!.key,
  sourceSlug: (snapshot, edge) => snapshot.slugOf(snapshot.sourceOf[edge]!),
  targetSlug: (snapshot, edge) => snapshot.slugOf(snapshot.targetOf[edge]!),
  label: ({ edges, heap }, edge) => heap.text(edges.label[edge]!),
  weight: ({ edges }, edge) => numberOrNull(edges.weight[edge]!),
  attributes: ({ edges, heap }, edge) => attributesAt(heap, edges.attributes[edge]!),
  createdAt: ({ edges }, edge) => microsToText(edges.createdAt[edge]!),
  updatedAt: ({ edges }, edge) => microsToText(edges.updatedAt[edge]!),
  revision: ({ edges }, edge) => edges.revision[edge],
  contentHash: ({ edges }, edge) => hashText(edges.contentHash, edge),
}

/** The edge of a number with the wanted fields, and those of its ends. */
export function edgeRecord(snapshot: Snapshot, edge: number, fields: EdgeFields): EdgeRecord {
  const record: Record<string, unknown> = {}
  for (const name of fields.names) record[name] = edgeValues[name](snapshot, edge)
  if (fields.source) record['source'] = entityRecord(snapshot, snapshot.sourceOf[edge]!, fields.source)
  if (fields.target) record['target'] = entityRecord(snapshot, snapshot.targetOf[edge]!, fields.target)
  return record as unknown as EdgeRecord
}

/** A path with the wanted fields of its entities and edges. */
export function pathRecord(
  snapshot: Snapshot,
  { nodes, edges, cost }: WalkedPath,
  fields: PathFields,
): PathRecord {
  return {
    entities: nodes.map((node) => entityRecord(snapshot, node, fields.entities)),
    edges: edges.map((edge) => edgeRecord(snapshot, edge, fields.edges)),
    length: edges.length,
    cost,
  }
}
