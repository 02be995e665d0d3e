import { listFingerprint } from '../domain/paging/cursor.ts'
import { checkFilter, type StringFilter } from '../domain/graph/filter.ts'
import { decodeGlobalId } from '../domain/graph/global-id.ts'
import { readPageRequest, type PageArguments } from '../domain/paging/page.ts'
import { AppError } from '../errors.ts'
import type { MaybePromise } from '../readers/record.ts'
import type {
  DocumentRecord,
  ProvenanceRunRecord,
  RunStatus,
  SourceRecord,
  SourceSubject,
} from '../readers/provenance-reader.ts'
import { createList, map, wholeList, type List, type Wanted } from './list.ts'
import type { ReadContext } from './read-context.ts'

export interface ProvenanceRunLookupArgument {
  readonly id?: string | null | undefined
  readonly key?: string | null | undefined
}
export interface ProvenanceRunListArguments extends PageArguments {
  readonly status?: readonly RunStatus[] | null | undefined
  readonly tool?: StringFilter | null | undefined
}

export function getProvenanceRun(
  { reader }: ReadContext,
  { id, key }: ProvenanceRunLookupArgument,
): MaybePromise<ProvenanceRunRecord | null> {
  if (key != null) return reader.provenanceRun({ by: 'key', key })
  const decoded = decodeGlobalId(id ?? '')
  return decoded?.type === 'ProvenanceRun' ? reader.provenanceRun({ by: 'id', id: decoded.id }) : null
}

export function listProvenanceRuns(
  { reader, cursorKey }: ReadContext,
  args: ProvenanceRunListArguments,
  wanted: Wanted,
): MaybePromise<List<ProvenanceRunRecord>> {
  const where = { status: args.status ?? null, tool: checkFilter('tool', args.tool) }
  const fingerprint = listFingerprint('provenanceRuns', where)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 2 })
  return createList(
    wanted,
    fingerprint,
    () => reader.provenanceRuns(where, page),
    () => reader.countProvenanceRuns(where),
    {},
  )
}

/** Sources of an entity or an edge, by URL. */
export function listSources(
  { reader, cursorKey }: ReadContext,
  subject: SourceSubject,
  args: PageArguments,
  wanted: Wanted,
): MaybePromise<List<SourceRecord>> {
  const fingerprint = listFingerprint('sources')
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 2 })
  return createList(
    wanted,
    fingerprint,
    () => reader.sourcesOf(subject, page),
    () => reader.countSourcesOf(subject),
    {},
  )
}

export function listDocuments(
  { reader }: ReadContext,
  runId: string,
): MaybePromise<readonly DocumentRecord[]> {
  return wholeList(reader.documentsOf(runId), 'documents')
}

export function getRunOfSource({ reader }: ReadContext, runId: string): MaybePromise<ProvenanceRunRecord> {
  return map(reader.provenanceRun({ by: 'id', id: runId }), (run) => {
    if (!run) throw new AppError('INTERNAL', 'The provenance run was removed while it was read; ask again.')
    return run
  })
}
