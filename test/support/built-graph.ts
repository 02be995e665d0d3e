import { assembleSnapshot as assemble } from '../../src/graph/assemble-snapshot.ts'
import { EdgeTable } from '../../src/graph/edge-table.ts'
import { EntityTable } from '../../src/graph/entity-table.ts'
import { Lineage } from '../../src/graph/lineage.ts'
import { atOnce } from '../../src/graph/in-turns.ts'
import { edgesOf, nodesOf, type GraphState, type Snapshot } from '../../src/graph/snapshot.ts'
import { createTerms } from '../../src/graph/terms.ts'
import { incomingAt, outgoingAt } from '../../src/graph/topology.ts'
import { halfOf } from './half-of.ts'
import { TextHeap } from '../../src/graph/text-heap.ts'
import { hashText } from '../../src/readers/snapshot/records.ts'
import { uuidBytes, uuidText } from '../../src/graph/uuid-index.ts'

/** A graph as a test writes it down: what is published. */
export interface PlainGraph {
  readonly entities: readonly PlainEntity[]
  readonly edges: readonly PlainEdge[]
}
export interface PlainEntity {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly tags: readonly string[]
}
export interface PlainEdge {
  readonly id: string
  /** Slugs. */
  readonly source: string
  readonly target: string
  readonly relation: 'knows' | 'likes'
  readonly weight: number
}

const hash = new Uint8Array(32)
const relation = (key: string, isSymmetric: boolean) => ({
  key,
  label: key,
  inverseLabel: null,
  description: null,
  isSymmetric,
  iri: null,
  sourceKinds: [],
  targetKinds: [],
})

/** A lineage without rows, with the terms that {@link appendEntity} and {@link appendEdge} name. */
export function emptyLineage(): Lineage {
  const heap = new TextHeap()
  const kinds = [{ key: 'thing', label: 'Thing', description: null, iri: null, attributeSchema: null }]
  const relations = [relation('knows', true), relation('likes', false)]
  return new Lineage(createTerms(heap, kinds, relations, []), heap, new EntityTable(0), new EdgeTable(0))
}

export function appendEntity(lineage: Lineage, { id, slug, title, tags }: PlainEntity): number {
  const add = (text: string) => lineage.heap.addText(Buffer.from(text), 0, Buffer.byteLength(text))
  return lineage.entities.append({
    id: { bytes: uuidBytes(id), at: 0 },
    slug,
    slugText: add(slug),
    title: add(title),
    titleKey: add(title.toLowerCase()),
    summary: 0,
    url: 0,
    attributes: 0,
    kind: 0,
    domain: 0xffff,
    tags: tags.map((tag) => lineage.tags.numberOf(tag)),
    weight: NaN,
    x: NaN,
    y: NaN,
    createdAt: 0,
    updatedAt: 0,
    revision: 1,
    contentHash: { bytes: hash, at: 0 },
  })
}

export function appendEdge(lineage: Lineage, { id, relation, weight }: PlainEdge): number {
  return lineage.edges.append({
    id: { bytes: uuidBytes(id), at: 0 },
    relation: lineage.terms.relations.find(relation)!,
    label: 0,
    attributes: 0,
    weight,
    createdAt: 0,
    updatedAt: 0,
    revision: 1,
    contentHash: { bytes: hash, at: 0 },
  })
}

export const stateOf = (version: number): GraphState => ({
  version,
  changedAt: '2026-01-01T00:00:00.000000Z',
  position: version,
  lastChangeAt: null,
})

/** A snapshot of a graph, assembled in one piece. */
export function assembleSnapshot({ entities, edges }: PlainGraph, version = 1): Snapshot {
  const lineage = emptyLineage()
  const sorted = entities.toSorted((a, b) => (a.slug < b.slug ? -1 : 1))
  const rows = Uint32Array.from(sorted, (entity) => appendEntity(lineage, entity))
  const place = (slug: string) => sorted.findIndex((entity) => entity.slug === slug)
  const shown = edges.filter(({ source, target }) => place(source) !== -1 && place(target) !== -1)
  for (const edge of shown) appendEdge(lineage, edge)
  return atOnce(
    assemble(stateOf(version), {
      lineage,
      rows,
      sourceOf: Uint32Array.from(shown, ({ source }) => place(source)),
      targetOf: Uint32Array.from(shown, ({ target }) => place(target)),
    }),
  )
}

/** All that a snapshot says, without the numbers that are its own business. */
export function describeSnapshot(snapshot: Snapshot): object {
  const { entities, edges, heap, rowOf, tags, tagNames, topology, terms, state } = snapshot
  const edgeId = (edge: number) => uuidText(edges.id, edge * 16)
  const nodes = Array.from(nodesOf(snapshot), (node) => {
    const row = rowOf.get(node)
    const start = entities.tagStart[row]!
    const half = (halfAt: typeof outgoingAt) =>
      halfOf(topology, node, halfAt)
        .map(({ far, edge }) => ({
          relation: terms.relations.all[topology.relationOf[edge]!]!.key,
          far: snapshot.slugOf(far),
          weight: topology.weightOf[edge],
          id: edgeId(edge),
        }))
        // Parallel edges of one relation have no order among themselves.
        .sort((a, b) => (`${a.relation} ${a.far} ${a.id}` < `${b.relation} ${b.far} ${b.id}` ? -1 : 1))
    const id = uuidText(entities.id, row * 16)
    return {
      id,
      slug: snapshot.slugOf(node),
      slugText: heap.text(entities.slugText[row]!),
      title: heap.text(entities.title[row]!),
      titleKey: heap.text(entities.titleKey[row]!),
      texts: [entities.summary, entities.url, entities.attributes].map((column) =>
        column[row] === 0 ? null : heap.json(column[row]!),
      ),
      kind: terms.kinds.all[entities.kind[row]!]!.key,
      domain: terms.domains.all[entities.domain[row]!]?.key,
      numbers: [
        entities.weight,
        entities.x,
        entities.y,
        entities.createdAt,
        entities.updatedAt,
        entities.revision,
      ].map((column) => column[row]),
      contentHash: hashText(entities.contentHash, row),
      tags: [...tags.subarray(start, start + entities.tagCount[row]!)].map((tag) => tagNames.names[tag]),
      found: [snapshot.find(snapshot.slugOf(node)) - node, snapshot.findById(id) - node],
      out: half(outgoingAt),
      in: half(incomingAt),
    }
  })
  const listed = [...edgesOf(snapshot)].map((edge) => ({
    id: edgeId(edge),
    source: snapshot.slugOf(snapshot.sourceOf.get(edge)),
    target: snapshot.slugOf(snapshot.targetOf.get(edge)),
    label: heap.text(edges.label[edge]!),
    attributes: edges.attributes[edge] === 0 ? null : heap.json(edges.attributes[edge]!),
    numbers: [edges.weight, edges.createdAt, edges.updatedAt, edges.revision].map((column) => column[edge]),
    contentHash: hashText(edges.contentHash, edge),
    isFound: snapshot.findEdgeById(edgeId(edge)) === edge,
  }))
  return { version: state.version, nodes, edges: listed.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}
