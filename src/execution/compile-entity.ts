import { countHalfEdges, selectHalves } from '../graph/topology/adjacency.ts'
import { noDomain } from '../graph/columns/entity-table.ts'
import { attributesAt } from '../graph/filters/entity-filter.ts'
import { entityOrder } from '../graph/lists/entity-order.ts'
import {
  countEdgesOf,
  countNeighborsOf,
  edgeOfStep,
  edgesOfOrder,
  farOfStep,
  isIncoming,
  neighborOrder,
  pageOfEdgesOf,
  pageOfNeighbors,
} from '../graph/lists/adjacent.ts'
import { edgeOrder } from '../graph/lists/edge-order.ts'
import { countEdges, pageOfEdges } from '../graph/lists/edges.ts'
import { nodesUnder, pageOfNodes } from '../graph/lists/entities.ts'
import { microsToText } from '../graph/columns/micros.ts'
import { keysetOf } from '../graph/lists/order-terms.ts'
import { resolvePointer } from '../domain/json/pointer.ts'
import type { TraversalDirection } from '../domain/graph/filter.ts'
import { plainListLimit } from '../readers/plain-list.ts'
import { readEdgeList, readEdgesOfList, type EdgesOfArguments } from '../resolvers/edge.ts'
import { readEntityList, readNeighborList, type NeighborListArguments } from '../resolvers/entity.ts'
import { compileConnection, type ConnectionKind, type MemoryList } from './compile-connection.ts'
import { compileReachable } from './compile-reachable.ts'
import { compileDomain, compileKind, compileRelation } from './compile-term.ts'
import { writeSlugCursor } from './cursor-cache.ts'
import type { Document, FieldPlan } from './field-plan.ts'
import { NotCompiledError } from './not-compiled.ts'
import { isFixed, keepPieces, markFixed } from './piece-cache.ts'
import type { Run, Write } from './run.ts'
import { createGlobalIdWriter } from './write-global-id.ts'
import { compileObject, constant, writeList, type FieldCompilers } from './write-object.ts'

type Selections = FieldPlan['selections']

export function compileEntity(document: Document, selections: Selections): Write<number> {
  return keepIfFixed(compileObject(document, 'Entity', selections, entityFields))
}

export function compileEdge(document: Document, selections: Selections): Write<number> {
  return keepIfFixed(compileObject(document, 'GraphEdge', selections, edgeFields))
}

function keepIfFixed(write: Write<number>): Write<number> {
  return isFixed(write) ? keepPieces(write) : write
}

/** An end of an edge; its fixed fields are cached with the edge. */
function compileEnd(
  document: Document,
  selections: Selections,
  nodeOf: (run: Run, edge: number) => number,
): Write<number> {
  const write = compileObject(document, 'Entity', selections, entityFields)
  const end: Write<number> = (run, edge) => write(run, nodeOf(run, edge))
  return isFixed(write) ? markFixed(end) : end
}

const writeEntityId = createGlobalIdWriter('Entity')
const writeEdgeId = createGlobalIdWriter('GraphEdge')

/** Fields whose values depend only on the item. */
function allFixed(compilers: FieldCompilers<number>): FieldCompilers<number> {
  const marked = Object.entries(compilers).map(([name, compile]) => [
    name,
    (document: Document, field: FieldPlan) => markFixed(compile(document, field)),
  ])
  return Object.fromEntries(marked) as FieldCompilers<number>
}

function fixedIfConstant(field: FieldPlan, write: Write<number>): Write<number> {
  return field.hasConstantArguments ? markFixed(write) : write
}

function text(column: 'slugText' | 'title' | 'summary' | 'url') {
  return (): Write<number> =>
    ({ out, snapshot: { heap, entities, rowOf } }, node) =>
      out.text(heap, entities[column][rowOf.get(node)]!)
}

function writeTime({ out }: Run, micros: number): void {
  out.string(`"${microsToText(micros)}"`)
}

const ownEntityFields: FieldCompilers<number> = {
  id:
    () =>
    ({ out, snapshot: { entities, rowOf } }, node) =>
      writeEntityId(out, entities.id, rowOf.get(node) * 16),
  slug: text('slugText'),
  title: text('title'),
  summary: text('summary'),
  url: text('url'),
  status: () => constant('"PUBLISHED"'),
  kind(document, field) {
    const write = compileKind(document, field)
    return (run, node) => write(run, run.snapshot.entities.kind[run.snapshot.rowOf.get(node)]!)
  },
  domain(document, field) {
    const write = compileDomain(document, field)
    return (run, node) => {
      const domain = run.snapshot.entities.domain[run.snapshot.rowOf.get(node)]!
      if (domain === noDomain) run.out.null()
      else write(run, domain)
    }
  },
  tags: () => (run, node) => {
    const { entities, rowOf, tags } = run.snapshot
    const row = rowOf.get(node)
    const count = entities.tagCount[row]!
    if (count > plainListLimit) throw new NotCompiledError('more tags than are listed')
    const start = entities.tagStart[row]!
    writeList(run, count === 0 ? [] : tags.subarray(start, start + count), writeTag)
  },
  attributes:
    () =>
    ({ out, snapshot: { heap, entities, rowOf } }, node) =>
      out.object(heap, entities.attributes[rowOf.get(node)]!),
  createdAt: () => (run, node) =>
    writeTime(run, run.snapshot.entities.createdAt[run.snapshot.rowOf.get(node)]!),
  updatedAt: () => (run, node) =>
    writeTime(run, run.snapshot.entities.updatedAt[run.snapshot.rowOf.get(node)]!),
  revision:
    () =>
    ({ out, snapshot: { entities, rowOf } }, node) =>
      out.number(entities.revision[rowOf.get(node)]!),
  contentHash:
    () =>
    ({ out, snapshot: { entities, rowOf } }, node) =>
      out.hex(entities.contentHash, rowOf.get(node) * 32, 32),
}

const entityFields: FieldCompilers<number> = {
  ...allFixed(ownEntityFields),
  attribute: (_, field) =>
    fixedIfConstant(field, ({ out, variables, snapshot: { heap, entities, rowOf } }, node) => {
      const { pointer } = field.argumentsFor(variables) as { pointer: string }
      const value = resolvePointer(attributesAt(heap, entities.attributes[rowOf.get(node)]!), pointer)
      out.string(JSON.stringify(value ?? null))
    }),
  degree: (_, field) =>
    fixedIfConstant(field, ({ out, variables, snapshot }, node) => {
      const { direction, relations } = field.argumentsFor(variables) as {
        direction: TraversalDirection
        relations?: readonly string[] | null
      }
      const halves = selectHalves(snapshot, { direction, relations: relations ?? null })
      out.number(countHalfEdges(snapshot.topology, node, halves))
    }),
  edges: (document, field) => compileConnection(document, field, edgesOfEntity),
  neighbors: (document, field) => compileConnection(document, field, neighbors),
  reachable: (document, field) => compileReachable(document, field, compileEntity),
}

const writeTag: Write<number> = ({ out, snapshot: { heap, tagNames } }, tag) =>
  out.text(heap, tagNames.texts[tag]!)

const ownEdgeFields: FieldCompilers<number> = {
  id:
    () =>
    ({ out, snapshot }, edge) =>
      writeEdgeId(out, snapshot.edges.id, edge * 16),
  relation(document, field) {
    const write = compileRelation(document, field)
    return (run, edge) => write(run, run.snapshot.edges.relation[edge]!)
  },
  label:
    () =>
    ({ out, snapshot: { heap, edges } }, edge) =>
      out.text(heap, edges.label[edge]!),
  weight:
    () =>
    ({ out, snapshot: { edges } }, edge) => {
      const weight = edges.weight[edge]!
      if (Number.isNaN(weight)) out.null()
      else out.number(weight)
    },
  attributes:
    () =>
    ({ out, snapshot: { heap, edges } }, edge) =>
      out.object(heap, edges.attributes[edge]!),
  createdAt: () => (run, edge) => writeTime(run, run.snapshot.edges.createdAt[edge]!),
  updatedAt: () => (run, edge) => writeTime(run, run.snapshot.edges.updatedAt[edge]!),
  revision:
    () =>
    ({ out, snapshot }, edge) =>
      out.number(snapshot.edges.revision[edge]!),
  contentHash:
    () =>
    ({ out, snapshot }, edge) =>
      out.hex(snapshot.edges.contentHash, edge * 32, 32),
}

const edgeFields: FieldCompilers<number> = {
  ...allFixed(ownEdgeFields),
  source: (document, { selections }) =>
    compileEnd(document, selections, ({ snapshot }, edge) => snapshot.sourceOf.get(edge)),
  target: (document, { selections }) =>
    compileEnd(document, selections, ({ snapshot }, edge) => snapshot.targetOf.get(edge)),
}

export const entities: ConnectionKind<null, MemoryList> = {
  connectionType: 'EntityConnection',
  edgeType: 'EntityEdge',
  compileNode: compileEntity,
  read({ graph, snapshot, cursorKey }, _, args) {
    const { fingerprint, ...query } = readEntityList(cursorKey, args)
    const isBySlug = query.orderBy.every(({ field }) => field === 'SLUG') && query.orderBy.length <= 1
    return {
      fingerprint,
      page: () => pageOfNodes(graph, { ...query, among: null }),
      count: () => nodesUnder(graph, query.where, null).length,
      positionOf: (node) => keysetOf(entityOrder(snapshot, query.orderBy), node),
      ...(isBySlug && {
        writeCursor: (run, node) => writeSlugCursor(run.out, snapshot, cursorKey, fingerprint, node),
      }),
    }
  },
}

export const edges: ConnectionKind<null, MemoryList> = {
  connectionType: 'GraphEdgeConnection',
  edgeType: 'GraphEdgeConnectionEdge',
  compileNode: compileEdge,
  read({ graph, snapshot, cursorKey }, _, args) {
    const { fingerprint, ...query } = readEdgeList(cursorKey, args)
    return {
      fingerprint,
      page: () => pageOfEdges(graph, query),
      count: () => countEdges(graph, query.where),
      positionOf: (edge) => keysetOf(edgeOrder(snapshot, query.orderBy), edge),
    }
  },
}

const edgesOfEntity: ConnectionKind<number, MemoryList> = {
  connectionType: 'GraphEdgeConnection',
  edgeType: 'GraphEdgeConnectionEdge',
  compileNode(document, selections) {
    const write = compileEdge(document, selections)
    return (run, step) => write(run, edgeOfStep(step))
  },
  read({ graph, snapshot, cursorKey }, node, args) {
    const { fingerprint, ...query } = readEdgesOfList(cursorKey, args as unknown as EdgesOfArguments)
    return {
      fingerprint,
      page: () => pageOfEdgesOf(graph, node, query),
      count: () => countEdgesOf(graph, node, query.direction, query.where),
      positionOf: (step) => keysetOf(edgesOfOrder(snapshot, query.orderBy), step),
    }
  },
}

const neighbors: ConnectionKind<number, MemoryList> = {
  connectionType: 'NeighborConnection',
  edgeType: 'NeighborEdge',
  compileNode(document, selections) {
    const write = compileEntity(document, selections)
    return (run, step) => write(run, farOfStep(run.snapshot, step))
  },
  edgeFields: () => ({
    edge(document, { selections }) {
      const write = compileEdge(document, selections)
      return (run, step) => write(run, edgeOfStep(step))
    },
    direction:
      () =>
      ({ out }, step) =>
        out.string(isIncoming(step) ? '"IN"' : '"OUT"'),
  }),
  read({ graph, snapshot, cursorKey }, node, args) {
    const list = readNeighborList(cursorKey, args as unknown as NeighborListArguments)
    const { adjacency, where, orderBy, page, fingerprint } = list
    return {
      fingerprint,
      page: () => pageOfNeighbors(graph, node, { ...adjacency, where, orderBy, page }),
      count: () => countNeighborsOf(graph, node, adjacency, where),
      positionOf: (step) => keysetOf(neighborOrder(snapshot, orderBy), step),
    }
  },
}
