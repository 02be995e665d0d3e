import sql, { raw, type Sql } from 'sql-template-tag'
import type {
  DocumentRecord,
  ProvenanceReader,
  ProvenanceRunFilter,
  ProvenanceRunRecord,
  SourceRecord,
  SourceSubject,
} from '../provenance-reader.ts'
import { plainListLimit } from '../plain-list.ts'
import { allOf, parentKey, readByKey, readPerParent, type Batch } from './sql/batch.ts'
import { stringConditions } from './sql/conditions.ts'
import type { OrderTerm } from './sql/keyset.ts'
import { countList, countListOf, readList, readListOf, type SimpleList } from './sql/simple-list.ts'
import type { RunStatement } from './sql/statement.ts'
import { isPublicNow, type View, visible } from './sql/view.ts'

const runColumnsBut = (agent: Sql) =>
  sql`r.id, r.key, r.tool, r.tool_version AS "toolVersion", ${agent} AS agent, r.git_commit AS "gitCommit", r.status, r.started_at AS "startedAt", r.ended_at AS "endedAt", r.input_hash AS "inputHash", r.output_hash AS "outputHash", r.parameters`
/** The public does not see agents. */
export const publicRunColumns = runColumnsBut(sql`NULL::text`)
const documentColumns = sql`c.uri, c.title, c.retrieved_at AS "retrievedAt", c.document_hash AS "documentHash", c.license`
const sourceColumns = sql`c.id, c.entity_id AS "entityId", c.edge_id AS "edgeId", c.run_id AS "runId", ${documentColumns}, c.locator, c.excerpt, c.supports, c.confidence, c.rank`
const latestFirst: OrderTerm[] = [
  { expression: sql`r.started_at`, type: 'timestamptz', direction: 'DESC' },
  { expression: sql`r.key`, type: 'text', direction: 'ASC' },
]
const byAddress: OrderTerm[] = [
  { expression: sql`c.uri`, type: 'text', direction: 'ASC' },
  { expression: sql`c.id`, type: 'uuid', direction: 'ASC' },
]
/** References with a public subject. */
const isVisible = sql`(EXISTS (SELECT FROM kb_entities e WHERE e.id = c.entity_id AND ${visible('e')}) OR EXISTS (SELECT FROM kb_edges d JOIN kb_entities s ON s.slug = d.source_slug AND ${visible('s')} JOIN kb_entities t ON t.slug = d.target_slug AND ${visible('t')} WHERE d.id = c.edge_id))`

/** The run touched something public, by a reference or a change. */
const isPublicRun = sql`(EXISTS (SELECT FROM kb_entity_sources c WHERE c.run_id = r.id AND ${isVisible}) OR EXISTS (SELECT FROM kb_changes h WHERE h.run_id = r.id AND h.is_public AND ${isPublicNow('h')}))`

function runList(
  { columns, visible }: { readonly columns: Sql; readonly visible: readonly Sql[] },
  { status, tool }: ProvenanceRunFilter,
): SimpleList {
  return {
    columns,
    from: sql`kb_provenance_runs r`,
    terms: latestFirst,
    conditions: [
      ...visible,
      ...(status ? [sql`r.status = ANY(${[...status]}::kb_run_status[])`] : []),
      ...stringConditions(sql`r.tool`, tool),
    ],
  }
}

/** The caller already sees the subject. */
function sourcesOfParent(of: SourceSubject['of']): SimpleList {
  return {
    columns: sourceColumns,
    from: sql`kb_entity_sources c`,
    terms: byAddress,
    conditions: [sql`${raw(of === 'entity' ? 'c.entity_id' : 'c.edge_id')} = ${parentKey}`],
  }
}

export function createProvenanceReads(run: RunStatement, batch: Batch, { sees }: View): ProvenanceReader {
  const runs =
    sees === 'published'
      ? { columns: publicRunColumns, visible: [isPublicRun] }
      : { columns: runColumnsBut(sql`r.agent`), visible: [] }
  return {
    provenanceRun(lookup) {
      const [column, type, key] = lookup.by === 'id' ? ['id', 'uuid', lookup.id] : ['key', 'text', lookup.key]
      return batch(`run ${lookup.by}`, key, (keys) =>
        readByKey<ProvenanceRunRecord & { batch_key: string }>(keys, (unique) =>
          run(
            sql`SELECT r.${raw(column)} AS batch_key, ${runs.columns} FROM kb_provenance_runs r WHERE ${allOf([sql`r.${raw(column)} = ANY(${unique}::${raw(type)}[])`, ...runs.visible])}`,
          ),
        ),
      )
    },
    provenanceRuns: (where, page) => readList<ProvenanceRunRecord>(run, runList(runs, where), page),
    countProvenanceRuns: (where) => countList(run, runList(runs, where)),
    documentsOf: (runId) =>
      batch('documentsOf', runId, (ids) =>
        readPerParent<DocumentRecord>(
          run,
          'uuid',
          ids,
          sql`SELECT DISTINCT ON (c.uri) ${documentColumns} FROM kb_entity_sources c WHERE c.run_id = ${parentKey} AND ${isVisible} ORDER BY c.uri, c.id LIMIT ${plainListLimit + 1}`,
        ),
      ),
    source: (id) =>
      batch('source', id, (ids) =>
        readByKey<SourceRecord & { batch_key: string }>(ids, (unique) =>
          run(
            sql`SELECT c.id AS batch_key, ${sourceColumns} FROM kb_entity_sources c WHERE c.id = ANY(${unique}::uuid[]) AND ${isVisible}`,
          ),
        ),
      ),
    sourcesOf: ({ of, id }, page) =>
      readListOf<SourceRecord>(run, batch, `sourcesOf ${of}`, id, sourcesOfParent(of), page),
    countSourcesOf: ({ of, id }) => countListOf(run, batch, `sourcesOf ${of}`, id, sourcesOfParent(of)),
  }
}
