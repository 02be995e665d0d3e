import { degreesOf } from '../../src/graph/topology/adjacency.ts'
import { assembleSnapshot as assemble } from '../../src/graph/assemble-snapshot.ts'
import { edgesBy } from '../../src/graph/lists/edge-order.ts'
import { EdgeTable } from '../../src/graph/columns/edge-table.ts'
import { nodesBy } from '../../src/graph/lists/entity-order.ts'
import { EntityTable } from '../../src/graph/columns/entity-table.ts'
import { relationCounts } from '../../src/graph/lists/edges.ts'
import { Lineage } from '../../src/graph/lineage.ts'
import { atOnce } from '../../src/graph/in-turns.ts'
import { nodesOfKind, tagCounts } from '../../src/graph/columns/postings.ts'
import { edgesOf, nodesOf, type GraphState, type Snapshot } from '../../src/graph/snapshot.ts'
import { tagSetsOf } from '../../src/graph/columns/tag-sets.ts'
import { createVocabulary } from '../../src/graph/columns/vocabulary.ts'
import { incomingAt, outgoingAt } from '../../src/graph/topology/topology.ts'
import { halfOf } from './half-of.ts'
import { TextHeap } from '../../src/graph/columns/text-heap.ts'
import { reach } from '../../src/graph/walks/reach.ts'
import { similarByTags } from '../../src/graph/walks/similar-by-tags.ts'
import { hashText } from '../../src/readers/snapshot/records.ts'
import { uuidBytes, uuidText } from '../../src/graph/columns/uuid-index.ts'

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
  const kinds = ['place', 'thing'].map((key) => ({
    key,
    label: key,
    description: null,
    iri: null,
    attributeSchema: null,
  }))
  const relations = [relation('knows', true), relation('likes', false)]
  return new Lineage(createVocabulary(heap, kinds, relations, []), heap, new EntityTable(0), new EdgeTable(0))
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
    url: tags.length === 1 ? add(`https://example.org/${tags[0]}`) : 0,
    attributes: 0,
    kind: tags.includes('red') ? 1 : 0,
    domain: 0xffff,
    tags: tags.map((tag) => lineage.tags.numberOf(tag)),
    weight: tags.length === 0 ? NaN : tags.length,
    x: NaN,
    y: NaN,
    createdAt: title.length,
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
    createdAt: Number.isNaN(weight) ? 0 : weight,
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
  const places = new Map(sorted.map(({ slug }, at) => [slug, at]))
  const place = (slug: string) => places.get(slug) ?? -1
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
  return {
    version: state.version,
    nodes,
    edges: listed.sort((a, b) => (a.id < b.id ? -1 : 1)),
    derived: describeDerived(snapshot),
  }
}

/** What is computed of a snapshot as a whole, and moved along with it. */
function describeDerived(snapshot: Snapshot): object {
  const { edges, terms, tagNames } = snapshot
  const slugs = (nodes: Iterable<number>) => Array.from(nodes, (node) => snapshot.slugOf(node))
  const directions = ['ASC', 'DESC'] as const
  const tagged = snapshot.derive(tagSetsOf)
  const nodes = [...nodesOf(snapshot)]
  return {
    orders: entityOrderFields.flatMap((field) =>
      directions.map((direction) => slugs(nodesBy(snapshot, { field, direction }))),
    ),
    edgeOrders: edgeOrderFields.flatMap((field) =>
      directions.map((direction) =>
        Array.from(edgesBy(snapshot, { field, direction }), (edge) => uuidText(edges.id, edge * 16)),
      ),
    ),
    kinds: terms.kinds.all.map((_, kind) => slugs(nodesOfKind(snapshot, kind))),
    tags: tagCounts(snapshot)
      .map(([tag, count]) => `${tagNames.names[tag]} ${count}`)
      .sort(),
    degrees: (['OUT', 'IN', 'ANY'] as const).map((direction) =>
      nodes.map((node) => degreesOf(snapshot, direction).get(node)),
    ),
    relations: [...snapshot.derive(relationCounts)],
    similar: nodes.map((node) =>
      similarByTags(tagged, node, 5).map(({ node: other, score }) => [snapshot.slugOf(other), score]),
    ),
    reached: nodes
      .slice(0, 50)
      .map((node) =>
        slugs(reach(snapshot.topology, node, { direction: 'ANY', relations: null, maxDepth: 2 }).nodes),
      ),
  }
}

const entityOrderFields = [
  'SLUG',
  'TITLE',
  'KIND',
  'DOMAIN',
  'CREATED_AT',
  'UPDATED_AT',
  'IMPORTANCE',
  'DEGREE',
] as const
const edgeOrderFields = ['RELATION', 'WEIGHT', 'CREATED_AT', 'UPDATED_AT'] as const
