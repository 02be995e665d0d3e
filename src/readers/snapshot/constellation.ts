import { edgesByRelation } from '../../graph/lists/edge-order.ts'
import { noDomain } from '../../graph/columns/entity-table.ts'
import { JsonWriter } from '../../graph/json-writer.ts'
import { microsToText } from '../../graph/columns/micros.ts'
import { nodesOfDomain } from '../../graph/columns/postings.ts'
import { nodesOf, type Snapshot } from '../../graph/snapshot.ts'
import type { ConstellationReader } from '../constellation-reader.ts'
import { graphHashOf } from './keeper/graph-hash.ts'

/** As much as a socket takes at once, so that memory stays flat. */
const pieceSize = 1 << 16

/** Writes the same bytes as the database reader. */
export function createConstellationReads(snapshot: Snapshot): ConstellationReader {
  return {
    withConstellation: async (use) => {
      const graphHash = await snapshot.derive(graphHashOf)
      return use({ graphHash, chunks: pieces(snapshot, graphHash) })
    },
  }
}

const members = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, Buffer.from(`,"${name}":`)]))
const { slug, title, kind, domain, summary, tags, x, y, weight, source, target, relation } = members(
  'slug',
  'title',
  'kind',
  'domain',
  'summary',
  'tags',
  'x',
  'y',
  'weight',
  'source',
  'target',
  'relation',
) as Record<string, Buffer>
const id = Buffer.from('{"id":')
const [comma, closing, listStart, listEnd, quote, bar] = [0x2c, 0x7d, 0x5b, 0x5d, 0x22, 0x7c]

async function* pieces(snapshot: Snapshot, graphHash: string): AsyncGenerator<Buffer, void, void> {
  const out = new JsonWriter(pieceSize + 4096)
  out.string('{"nodes":[')
  let last = -Infinity
  let isFirst = true
  for (const node of nodesOf(snapshot)) {
    if (!isFirst) out.byte(comma)
    isFirst = false
    last = Math.max(last, snapshot.entities.updatedAt[snapshot.rowOf.get(node)]!)
    writeNode(out, snapshot, node)
    if (out.length > pieceSize) yield out.take()
  }
  out.string('],"edges":[')
  const edges = snapshot.derive(edgesByRelation)
  isFirst = true
  for (const edge of edges) {
    if (!isFirst) out.byte(comma)
    isFirst = false
    last = Math.max(last, snapshot.edges.updatedAt[edge]!)
    writeEdge(out, snapshot, edge)
    if (out.length > pieceSize) yield out.take()
  }
  out.string(`],"domains":${JSON.stringify(domainsOf(snapshot))},"meta":`)
  const meta = {
    nodeCount: snapshot.nodeCount,
    edgeCount: edges.length,
    graphHash,
    generatedAt: last === -Infinity ? snapshot.state.changedAt : microsToText(last),
    source: 'database',
  }
  out.string(`${JSON.stringify(meta)}}`)
  yield out.take()
}

function writeNode(out: JsonWriter, snapshot: Snapshot, node: number): void {
  const { entities, heap, terms, tagNames } = snapshot
  const row = snapshot.rowOf.get(node)
  const domainNumber = entities.domain[row]!
  out.raw(id)
  out.text(heap, entities.slugText[row]!)
  out.raw(slug!)
  out.text(heap, entities.slugText[row]!)
  out.raw(title!)
  out.text(heap, entities.title[row]!)
  out.raw(kind!)
  out.text(heap, terms.kinds.texts[entities.kind[row]!]!)
  out.raw(domain!)
  out.text(heap, domainNumber === noDomain ? 0 : terms.domains.texts[domainNumber]!)
  out.raw(summary!)
  out.text(heap, entities.summary[row]!)
  out.raw(tags!)
  out.byte(listStart)
  const start = entities.tagStart[row]!
  for (let at = start; at < start + entities.tagCount[row]!; at++) {
    if (at > start) out.byte(comma)
    out.text(heap, tagNames.texts[snapshot.tags[at]!]!)
  }
  out.byte(listEnd)
  if (!Number.isNaN(entities.x[row]!) && !Number.isNaN(entities.y[row]!)) {
    out.raw(x!)
    out.number(entities.x[row]!)
    out.raw(y!)
    out.number(entities.y[row]!)
  }
  writeWeight(out, entities.weight[row]!)
}

function writeEdge(out: JsonWriter, snapshot: Snapshot, edge: number): void {
  const { entities, edges, heap, terms, rowOf, sourceOf, targetOf } = snapshot
  const from = entities.slugText[rowOf.get(sourceOf.get(edge))]!
  const to = entities.slugText[rowOf.get(targetOf.get(edge))]!
  const name = terms.relations.texts[edges.relation[edge]!]!
  out.raw(id)
  out.byte(quote)
  out.unquoted(heap, from)
  out.byte(bar)
  out.unquoted(heap, name)
  out.byte(bar)
  out.unquoted(heap, to)
  out.byte(quote)
  out.raw(source!)
  out.text(heap, from)
  out.raw(target!)
  out.text(heap, to)
  out.raw(relation!)
  out.text(heap, name)
  writeWeight(out, edges.weight[edge]!)
}

function writeWeight(out: JsonWriter, value: number): void {
  if (!Number.isNaN(value)) {
    out.raw(weight!)
    out.number(value)
  }
  out.byte(closing)
}

function domainsOf(snapshot: Snapshot) {
  const { domains } = snapshot.terms
  return domains.all
    .map(({ key, label, color, position }, number) => ({ key, label, color, position, number }))
    .sort((a, b) => a.position - b.position || a.number - b.number)
    .map(({ key, label, color, number }) => ({
      key,
      label,
      ...(color !== null && { color }),
      count: nodesOfDomain(snapshot, number).length,
    }))
}
