import { asReference, readEnds, type ConstellationEdges } from './edges.ts'
import {
  asName,
  asObject,
  asOneOf,
  asSha256,
  asShare,
  asText,
  asTexts,
  asUri,
  asWebUrl,
  toKey,
} from './fields.ts'
import { readEntries, readItem, type Issues, type ItemReader } from './item.ts'
import type { ConstellationNodes } from './nodes.ts'
import type { ConstellationVocabulary } from './vocabulary.ts'
import { orientEdge } from '../graph/content-hash.ts'
import { sourceRanks, type RunContent, type SourceContent } from '../graph/graph-content.ts'
import { pointerTo, type JsonObject, type JsonValue } from '../json/value.ts'
import { keyOf } from '../graph/slug.ts'
import { parseMomentOrDay } from '../timestamp.ts'

export function readRuns(payload: JsonObject, issues: Issues): RunContent[] {
  const found = new Map<string, RunContent>()
  for (const entry of readEntries(payload, 'runs', issues)) {
    const item = readItem(entry, issues)
    const key = item.take(['key', 'id'], asText) ?? entry.name
    const tool = item.take(['tool'], asName)
    if (key === null || tool === null || found.has(keyOf(key))) {
      issues.refused.push({ pointer: entry.pointer, reason: 'a run needs a `key` of its own and a `tool`' })
      continue
    }
    found.set(keyOf(key), {
      key: toKey(item, key),
      tool,
      toolVersion: item.take(['toolVersion'], asText),
      agent: item.take(['agent'], asText),
      gitCommit: item.take(['gitCommit'], asText),
      inputHash: item.take(['inputHash'], asSha256),
      outputHash: item.take(['outputHash'], asSha256),
      parameters: item.take(['parameters'], asObject),
    })
    item.dropRest()
  }
  return [...found.values()]
}

export interface SourceSubjects {
  readonly nodes: ConstellationNodes
  readonly edges: ConstellationEdges
  readonly vocabulary: ConstellationVocabulary
  readonly runs: readonly RunContent[]
}

export function readSources(payload: JsonObject, subjects: SourceSubjects, issues: Issues): SourceContent[] {
  const runKeys = new Set(subjects.runs.map(({ key }) => key))
  const found = new Map<string, SourceContent>()
  for (const entry of readEntries(payload, 'sources', issues)) {
    const item = readItem(entry, issues)
    const refuse = (reason: string) => issues.refused.push({ pointer: entry.pointer, reason })
    const subject = readSubject(item, subjects, issues)
    const run = item.take(['run'], asText)
    const uri = item.take(['uri', 'url'], asUri)
    if (typeof subject === 'string') refuse(subject)
    else if (run === null || !runKeys.has(keyOf(run))) refuse('its `run` is none of `runs`')
    else if (uri === null) refuse('has no usable `uri`')
    else {
      const locator = item.take(['locator'], asText)
      const identity = JSON.stringify([subject, uri, locator])
      if (found.has(identity)) {
        refuse('the same subject, `uri` and `locator` already stand before; that is kept')
        continue
      }
      found.set(identity, { subject, run: keyOf(run), uri, locator, ...takeDetails(item) })
      item.dropRest()
    }
  }
  return [...found.values()]
}

function takeDetails(item: ItemReader) {
  return {
    title: item.take(['title'], asName),
    retrievedAt: item.take(['retrievedAt'], asMoment),
    documentHash: item.take(['documentHash'], asSha256),
    license: item.take(['license', 'licence'], asWebUrl),
    excerpt: item.take(['excerpt'], asText),
    supports: item.take(['supports'], asTexts) ?? [],
    confidence: item.take(['confidence'], asShare),
    rank: item.take(['rank'], asOneOf(sourceRanks)) ?? ('NORMAL' as const),
  }
}

function readSubject(
  item: ItemReader,
  subjects: SourceSubjects,
  issues: Issues,
): SourceContent['subject'] | string {
  const { nodes, edges, vocabulary } = subjects
  const value = item.take(['edge'], asObject)
  if (value === null) {
    const reference = item.take(['entity'], asReference)
    if (reference === null) return 'has neither `entity` nor `edge`'
    const match = nodes.find(reference)
    return 'slug' in match ? { entity: match.slug } : `its entity ${match.reason}`
  }
  const reader = readItem({ value, pointer: pointerTo(item.pointer, 'edge'), name: null }, issues)
  const ends = readEnds(reader, nodes)
  if (typeof ends === 'string') return ends
  const relation = keyOf(reader.take(['relation', 'type'], asText) ?? '')
  const edge = orientEdge({ relation, ...ends }, vocabulary.relations.get(relation)?.isSymmetric === true)
  return edges.has(edge) ? { edge } : 'its edge is none of `edges`'
}

/** A timestamp, or a date alone, in UTC. */
function asMoment(value: JsonValue): string | undefined {
  return (typeof value === 'string' ? parseMomentOrDay(value.trim()) : null) ?? undefined
}
