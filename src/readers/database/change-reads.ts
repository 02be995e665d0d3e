import sql, { type Sql } from 'sql-template-tag'
import type { DiffCounts } from '../../domain/json/diff.ts'
import type {
  ChangeReader,
  ChangeRecord,
  DifferenceRecord,
  FeedPlace,
  RevisionRecord,
  Span,
} from '../change-reader.ts'
import { allOf, parentKey, readByKey, type Batch } from './sql/batch.ts'
import type { OrderTerm } from './sql/keyset.ts'
import { countListOf, readList, readListOf, type SimpleList } from './sql/simple-list.ts'
import type { RunStatement } from './sql/statement.ts'
import { isPublicNow, type View } from './sql/view.ts'

/** The feed and the histories of a view. They are the same at every moment, so `at` is ignored. */
export function createChangeReads(run: RunStatement, batch: Batch, { sees }: View): ChangeReader {
  const isPublic = sees === 'published'
  const author = isPublic ? sql`NULL::text` : sql`c.changed_by`
  const revisions: SimpleList = {
    columns: revisionColumns(author, isPublic),
    from: sql`kb_changes c`,
    terms: newestFirst,
    conditions: [...isRevision(isPublic), sql`c.subject_id = ${parentKey}`],
  }
  return {
    changes: ({ types, after, limit }) =>
      run<ChangeRecord>(
        sql`SELECT ${isPublic ? publicChange : wholeChange}, ${author} AS "changedBy", c.position,
            c.subject_type AS "subjectType", c.subject_id AS "subjectId",
            c.changed_at AS "changedAt"
          FROM kb_changes c
          LEFT JOIN LATERAL (SELECT p.state, p.subject_key FROM kb_changes p WHERE p.subject_id = c.subject_id AND p.changed_at < c.changed_at
            ORDER BY p.changed_at DESC LIMIT 1) p ON true
          WHERE ${allOf([
            sql`c.position > ${after ?? 0}`,
            isPublic
              ? sql`(c.was_public AND NOT c.is_public OR c.is_public AND (c.operation IS NOT NULL OR NOT c.was_public) AND ${isPublicNow('c')})`
              : sql`c.operation IS NOT NULL`,
            // Redacted subjects keep only their removal.
            sql`(c.redacted_at IS NULL OR c.operation = 'REMOVED')`,
            ...(types ? [sql`c.subject_type = ANY(${[...types]}::kb_subject_type[])`] : []),
          ])} ORDER BY c.position LIMIT ${limit + 1}`,
      ),
    async lastPlace() {
      const [last] = await run<FeedPlace>(
        sql`SELECT position, changed_at AS "changedAt" FROM kb_changes ORDER BY position DESC LIMIT 1`,
      )
      return last ?? { position: 0, changedAt: null }
    },
    // Followers are all at the same few positions.
    momentAt: async (position) => {
      const found = await batch('momentAt', String(position), (positions) =>
        readByKey<{ batch_key: string; changedAt: string }>(positions, (unique) =>
          run(
            sql`SELECT position::text AS batch_key, changed_at AS "changedAt" FROM kb_changes WHERE position = ANY(${unique}::bigint[])`,
          ),
        ),
      )
      return found?.changedAt ?? null
    },
    revisionsOf: (entityId, page) =>
      readListOf<RevisionRecord>(run, batch, 'revisionsOf', entityId, revisions, page),
    countRevisionsOf: (entityId) => countListOf(run, batch, 'revisionsOf', entityId, revisions),
    differences: (span, page) =>
      readList<DifferenceRecord>(run, { ...netChanges(span, isPublic), terms: byKey }, page),
    async countDifferences(span) {
      const { from } = netChanges(span, isPublic)
      const [counts] = await run<DiffCounts>(
        sql`SELECT count(*) FILTER (WHERE d.before IS NULL) AS added, count(*) FILTER (WHERE d.after IS NULL) AS removed,
          count(*) FILTER (WHERE d.before <> d.after) AS changed, count(*) FILTER (WHERE d.before = d.after) AS unchanged
          FROM ${from}`,
      )
      return counts!
    },
    revision: (id) =>
      batch('revision', id, (ids) =>
        readByKey<RevisionRecord & { batch_key: string }>(ids, (unique) =>
          run(
            sql`SELECT c.position::text AS batch_key, ${revisionColumns(author, isPublic)} FROM kb_changes c
              WHERE ${allOf([...isRevision(isPublic), sql`c.position = ANY(${unique}::bigint[])`])}`,
          ),
        ),
      ),
  }
}

const byKey: OrderTerm[] = [
  { expression: sql`d."subjectType"`, type: 'text', direction: 'ASC' },
  { expression: sql`d."subjectKey"`, type: 'text', direction: 'ASC' },
]

function netChanges({ from, to }: Span, isPublic: boolean): Omit<SimpleList, 'terms'> {
  const at = (moment: string) =>
    sql`SELECT c.subject_type::text AS type, c.subject_key AS key, c.state FROM kb_changes c WHERE ${allOf([
      sql`c.changed_at <= ${moment}::timestamptz`,
      sql`(c.superseded_at IS NULL OR c.superseded_at > ${moment}::timestamptz)`,
      sql`c.state IS NOT NULL`,
      ...(isPublic ? [sql`c.is_public`, isPublicNow('c')] : []),
    ])}`
  return {
    columns: sql`d.*`,
    from: sql`(SELECT coalesce(a.type, b.type) COLLATE "C" AS "subjectType", coalesce(a.key, b.key) AS "subjectKey",
      a.state AS before, b.state AS after FROM (${at(from)}) a FULL JOIN (${at(to ?? 'infinity')}) b USING (type, key)) d`,
    conditions: [sql`d.before IS DISTINCT FROM d.after`],
  }
}

const newestFirst: OrderTerm[] = [{ expression: sql`c.position`, type: 'int8', direction: 'DESC' }]

/** Editors see every change except mere changes of visibility. */
const wholeChange = sql`c.operation, c.subject_key AS "subjectKey", p.state AS before, c.state AS after`

/** For the public, publishing adds and withdrawing removes. Hidden subjects show only their removal, under their last key. */
const publicChange = sql`CASE WHEN NOT c.was_public THEN 'ADDED' WHEN NOT c.is_public THEN 'REMOVED' ELSE c.operation::text END AS operation,
  CASE WHEN c.was_public AND NOT c.is_public THEN p.subject_key ELSE c.subject_key END AS "subjectKey",
  CASE WHEN c.was_public AND ${isPublicNow('c')} THEN p.state END AS before, CASE WHEN c.is_public THEN c.state END AS after`

function isRevision(isPublic: boolean): Sql[] {
  return [
    sql`c.subject_type = 'Entity'`,
    sql`c.state IS NOT NULL`,
    ...(isPublic ? [sql`c.is_public`, isPublicNow('c')] : []),
  ]
}

function revisionColumns(author: Sql, isPublic: boolean): Sql {
  const visible = isPublic ? sql`AND p.is_public` : sql``
  return sql`c.position::text AS id, c.subject_id AS "entityId", c.revision, c.state, c.changed_at AS "changedAt",
    ${author} AS "changedBy", c.run_id AS "runId",
    (SELECT p.state FROM kb_changes p WHERE p.subject_id = c.subject_id AND p.changed_at < c.changed_at
      AND p.state IS NOT NULL ${visible} ORDER BY p.changed_at DESC LIMIT 1) AS before`
}
