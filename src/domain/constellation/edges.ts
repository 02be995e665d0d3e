import { canonicalJson } from '../json/canonical-json.ts'
import { asName, asNumber, asShortText, asText, takeAttributes } from './fields.ts'
import { readEntries, readItem, type Issues, type ItemReader } from './item.ts'
import type { ConstellationNodes } from './nodes.ts'
import { defaultRelation, type ConstellationVocabulary } from './vocabulary.ts'
import { orientEdge } from '../graph/content-hash.ts'
import type { EdgeContent, EdgeKey } from '../graph/graph-content.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'

export interface ConstellationEdges {
  readonly edges: EdgeContent[]
  has(edge: EdgeKey): boolean
}

/** Edges of a legacy payload: symmetric ones oriented, duplicates removed. */
export function readEdges(
  payload: JsonObject,
  vocabulary: ConstellationVocabulary,
  nodes: ConstellationNodes,
  issues: Issues,
): ConstellationEdges {
  const found = new Map<string, { edge: EdgeContent; pointer: string }>()
  // d3 and other graph libraries say `links`.
  const list = payload['edges'] === undefined && payload['links'] !== undefined ? 'links' : 'edges'
  for (const entry of readEntries(payload, list, issues)) {
    const item = readItem(entry, issues)
    const ends = readEnds(item, nodes)
    if (typeof ends === 'string') {
      issues.refused.push({ pointer: entry.pointer, reason: ends })
      continue
    }
    const relation = item.take(['relation', 'type', 'kind'], asShortText)
    const id = item.take(['id'], asText) ?? entry.name
    const key = vocabulary.relations.use(relation ?? defaultRelation, relation === null ? null : item)
    const isSymmetric = vocabulary.relations.get(key)?.isSymmetric === true
    const label = item.take(['label', 'title'], asName)
    const weight = item.take(['weight'], asNumber)
    const edge = orientEdge(
      { relation: key, ...ends, label, weight, attributes: takeAttributes(item) },
      isSymmetric,
    )
    const former = found.get(edgeText(edge))
    if (former === undefined) {
      const attributes = id === null ? edge.attributes : withLegacyId(edge.attributes, id)
      found.set(edgeText(edge), { edge: { ...edge, attributes }, pointer: entry.pointer })
      continue
    }
    const { legacyId: _, ...attributes } = former.edge.attributes
    if (canonicalJson({ ...former.edge, attributes }) === canonicalJson(edge)) {
      issues.warnings.push({
        pointer: entry.pointer,
        reason: `says the same as ${former.pointer}; taken once`,
      })
    } else {
      const reason = `\`${edge.source}\` ${edge.relation} \`${edge.target}\` already stands at ${former.pointer} with other content, which is kept`
      issues.refused.push({ pointer: entry.pointer, reason })
    }
  }
  return {
    edges: [...found.values()].map(({ edge }) => edge),
    has: (edge) => found.has(edgeText(edge)),
  }
}

/** The slugs of an item's `source` and `target`, or why they match nothing. */
export function readEnds(
  item: ItemReader,
  nodes: ConstellationNodes,
): { source: string; target: string } | string {
  const source = item.take(['source', 'from'], asReference)
  const target = item.take(['target', 'to'], asReference)
  if (source === null) return 'has no `source`'
  if (target === null) return 'has no `target`'
  const from = nodes.find(source)
  if ('reason' in from) return `its source ${from.reason}`
  const to = nodes.find(target)
  if ('reason' in to) return `its target ${to.reason}`
  return { source: from.slug, target: to.slug }
}

/** An id or slug; graph libraries replace it with the node itself. */
export function asReference(value: JsonValue): string | undefined {
  if (!isJsonObject(value)) return asText(value)
  return asText(value['id'] ?? value['slug'] ?? null)
}

function withLegacyId(attributes: JsonObject, id: string): JsonObject {
  return Object.hasOwn(attributes, 'legacyId') ? attributes : { ...attributes, legacyId: id }
}

function edgeText({ relation, source, target }: EdgeKey): string {
  return `${source} ${relation} ${target}`
}
