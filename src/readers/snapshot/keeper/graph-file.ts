import { basename } from 'node:path'
import { assembleSnapshot, plainParts } from '../../../graph/assemble-snapshot.ts'
import { EdgeTable, edgeColumnTypes, type EdgeColumns } from '../../../graph/columns/edge-table.ts'
import { EntityTable, entityColumnTypes, type EntityColumns } from '../../../graph/columns/entity-table.ts'
import { atOnce, inTurns } from '../../../graph/in-turns.ts'
import { Lineage } from '../../../graph/lineage.ts'
import {
  DamagedFileError,
  readSectionFile,
  writeSectionFile,
  type Sections,
} from '../../../graph/section-file.ts'
import type { GraphState } from '../../../graph/snapshot.ts'
import type { DomainContent, KindContent, RelationContent } from '../../../domain/graph/graph-content.ts'
import { createVocabulary } from '../../../graph/columns/vocabulary.ts'
import { TextHeap } from '../../../graph/columns/text-heap.ts'
import { MemoryGraph } from './memory-graph.ts'
import type { SideTables } from './side-tables.ts'
import { SourceTable, type SourceColumns } from './source-table.ts'

/** Increase with every change of the layout or its meaning; other formats are not read. */
const format = 6

interface Values {
  readonly format: number
  /** Of the file, and of the database, so that another database's file is not served. */
  readonly name: string
  readonly state: GraphState
  readonly tables: Readonly<Record<string, number>>
  readonly kinds: readonly KindContent[]
  readonly relations: readonly RelationContent[]
  readonly domains: readonly DomainContent[]
  readonly tags: readonly string[]
  readonly entityRows: number
  readonly edgeRows: number
  readonly tagsUsed: number
  readonly chunks: number
  readonly sourceChunks: number
  readonly nouns: Omit<SideTables, 'sources'>
  readonly documents: SourceTable['documents']
  readonly runIds: readonly string[]
}

export async function writeGraphFile(path: string, graph: MemoryGraph, isDurable = true): Promise<void> {
  const { snapshot, nouns, tables } = graph
  const { lineage, rows, sourceOf, targetOf } = await inTurns(plainParts(snapshot))
  const { sources, ...small } = nouns
  const [chunks, sourceChunks] = [lineage.heap.chunks(), sources.heap.chunks()]
  const values: Values = {
    format,
    name: basename(path),
    state: snapshot.state,
    tables,
    kinds: lineage.terms.kinds.all,
    relations: lineage.terms.relations.all,
    domains: lineage.terms.domains.all,
    tags: lineage.tags.names,
    entityRows: lineage.entities.rows,
    edgeRows: lineage.edges.rows,
    tagsUsed: lineage.entities.tagsUsed,
    chunks: chunks.length,
    sourceChunks: sourceChunks.length,
    nouns: small,
    documents: sources.documents,
    runIds: sources.runIds,
  }
  const { entities, edges } = lineage
  const sections: Sections = {
    values: values as unknown as Record<string, unknown>,
    arrays: {
      rows,
      sourceOf,
      targetOf,
      tags: entities.tags.subarray(0, entities.tagsUsed),
      ...columnsUsed('entity', entities.columns, entityColumnTypes, entities.rows),
      ...columnsUsed('edge', edges.columns, edgeColumnTypes, edges.rows),
      ...prefixed('source', { ...sources.columns }),
      ...prefixed('chunk', Object.fromEntries(chunks.entries())),
      ...prefixed('sourceChunk', Object.fromEntries(sourceChunks.entries())),
    },
  }
  await writeSectionFile(path, sections, isDurable)
}

type Arrays = Sections['arrays']

function prefixed(prefix: string, arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}.${name}`, array]))
}

function columnsUsed(
  prefix: string,
  columns: Arrays,
  types: Readonly<Record<string, readonly [unknown, number]>>,
  rows: number,
): Arrays {
  const used = Object.entries(types).map(([name, [, perRow]]) => [
    name,
    columns[name]!.subarray(0, rows * perRow),
  ])
  return prefixed(prefix, Object.fromEntries(used) as Arrays)
}

/**
 * Reads a saved graph; null if there is none.
 * @throws DamagedFileError if it is corrupt, of another layout or of another database
 */
export async function readGraphFile(path: string): Promise<MemoryGraph | null> {
  const sections = await readSectionFile(path)
  if (sections === null) return null
  const values = sections.values as unknown as Values
  if (values.format !== format)
    throw new DamagedFileError('It was written by another version of this program.')
  if (values.name !== basename(path)) throw new DamagedFileError('It belongs to another database.')
  const { arrays } = sections
  const pick = (prefix: string) =>
    Object.fromEntries(
      Object.entries(arrays)
        .filter(([name]) => name.startsWith(`${prefix}.`))
        .map(([name, array]) => [name.slice(prefix.length + 1), array]),
    )
  const lineage = readLineage(values, arrays, pick)
  const snapshot = atOnce(
    assembleSnapshot(values.state, {
      lineage,
      rows: arrays['rows'] as Uint32Array,
      sourceOf: arrays['sourceOf'] as Uint32Array,
      targetOf: arrays['targetOf'] as Uint32Array,
    }),
  )
  const sources = new SourceTable(
    pick('source') as unknown as SourceColumns,
    values.documents,
    values.runIds,
    TextHeap.of(buffersOf(pick('sourceChunk'), values.sourceChunks)),
  )
  return new MemoryGraph(snapshot, { ...values.nouns, sources }, values.tables)
}

function readLineage(values: Values, arrays: Arrays, pick: (prefix: string) => Arrays): Lineage {
  const heap = TextHeap.of(buffersOf(pick('chunk'), values.chunks))
  const columns = pick('entity') as unknown as EntityColumns
  const slugs = Array.from(columns.slugText, (address) => heap.text(address)!)
  const entities = EntityTable.of(columns, slugs, arrays['tags'] as Uint32Array)
  const edges = EdgeTable.of(pick('edge') as unknown as EdgeColumns)
  // Rewrites the terms' texts into the heap, which costs a few bytes.
  const terms = createVocabulary(heap, values.kinds, values.relations, values.domains)
  const lineage = new Lineage(terms, heap, entities, edges)
  for (const tag of values.tags) lineage.tags.numberOf(tag)
  return lineage
}

function buffersOf(arrays: Arrays, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const { buffer, byteOffset, byteLength } = arrays[String(index)]!
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
  })
}
