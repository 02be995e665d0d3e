import { foldText } from '../../domain/text/fold.ts'
import { stringTest } from '../../graph/filters/value-tests.ts'
import type {
  DocumentRecord,
  ProvenanceReader,
  ProvenanceRunFilter,
  ProvenanceRunRecord,
  SourceRecord,
} from '../provenance-reader.ts'
import { plainListLimit } from '../plain-list.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'
import { pageOfRows, type Term } from './memory-list.ts'
import { orFromMemory, type IsAway } from './while-away.ts'

const latestFirst: readonly Term<ProvenanceRunRecord>[] = [
  { of: ({ startedAt }) => startedAt, direction: 'DESC' },
  { of: ({ key }) => key },
]
const byAddress: readonly Term<SourceRecord>[] = [{ of: ({ uri }) => uri }, { of: ({ id }) => id }]

/** Provenance from memory. Runs that are public only because of a change need the history, so the database is asked for them. */
export function createProvenanceReads(
  graph: MemoryGraph,
  database: ProvenanceReader,
  isAway: IsAway,
): ProvenanceReader {
  const { sources } = graph.nouns
  const runs = () => graph.derive(runsWithPublicReferences)
  const listed = ({ status, tool }: ProvenanceRunFilter) => {
    const ofTool = stringTest(tool)
    return runs().filter(
      (run) =>
        (status === null || status.includes(run.status)) &&
        (ofTool === null || ofTool({ text: run.tool, folded: () => foldText(run.tool) })),
    )
  }
  return {
    provenanceRun: (lookup) =>
      runs().find((run) => (lookup.by === 'id' ? run.id === lookup.id : run.key === lookup.key)) ??
      orFromMemory(
        isAway,
        () => database.provenanceRun(lookup),
        () => null,
      ),
    provenanceRuns: (where, page) =>
      orFromMemory(
        isAway,
        () => database.provenanceRuns(where, page),
        () => pageOfRows(listed(where), latestFirst, page),
      ),
    countProvenanceRuns: (where) =>
      orFromMemory(
        isAway,
        () => database.countProvenanceRuns(where),
        () => listed(where).length,
      ),
    documentsOf: (runId) => graph.derive(documentsByRun).get(runId) ?? [],
    source(id) {
      const row = sources.find(id)
      return row !== -1 && isVisible(graph, row) ? sources.record(row) : null
    },
    sourcesOf: ({ id }, page) =>
      pageOfRows(
        sources.rowsOf(id).map((row) => sources.record(row)),
        byAddress,
        page,
      ),
    countSourcesOf: ({ id }) => sources.rowsOf(id).length,
  }
}

function runsWithPublicReferences(graph: MemoryGraph): readonly ProvenanceRunRecord[] {
  const { sources, runs } = graph.nouns
  const shown = new Set<string>()
  for (let row = 0; row < sources.count; row++) {
    const runId = sources.runIdOf(row)
    if (!shown.has(runId) && isVisible(graph, row)) shown.add(runId)
  }
  return runs.filter(({ id }) => shown.has(id))
}

function isVisible({ nouns, snapshot }: MemoryGraph, row: number): boolean {
  const { of, id } = nouns.sources.subjectOf(row)
  return (of === 'entity' ? snapshot.findById(id) : snapshot.findEdgeById(id)) !== -1
}

/** The distinct documents of each run: for several references to one address, the one with the lowest id. */
function documentsByRun(graph: MemoryGraph): Map<string, DocumentRecord[]> {
  const { sources } = graph.nouns
  const byRun = new Map<string, Map<string, number>>()
  for (let row = 0; row < sources.count; row++) {
    const runId = sources.runIdOf(row)
    let rows = byRun.get(runId)
    if (rows === undefined) byRun.set(runId, (rows = new Map<string, number>()))
    const { uri } = sources.documentOf(row)
    const known = rows.get(uri)
    if (known !== undefined && sources.idOf(known) < sources.idOf(row)) continue
    if (isVisible(graph, row)) rows.set(uri, row)
  }
  return new Map(
    [...byRun].map(([runId, rows]) => [
      runId,
      [...rows]
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .slice(0, plainListLimit + 1)
        .map(([, row]) => sources.documentOf(row)),
    ]),
  )
}
