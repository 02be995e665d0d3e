import type { ClientBase, Pool } from 'pg'
import type { MigrationFile } from './migration-files.ts'

/** What the newest migration that says so says of builds before it: the function `kb_schema_compatibility` of the database. */
interface Compatibility {
  /** The migration that a build must know to use the schema. */
  readonly since: string
  /** The last migration of which that is known. */
  readonly upTo: string
}

/**
 * Of migrations that this build does not know, those with which it can go on all the same: all of them, or none.
 *
 * @param unknown names of applied migrations
 */
export async function readCompatible(
  db: Pool | ClientBase,
  unknown: readonly string[],
  files: readonly MigrationFile[],
): Promise<readonly string[]> {
  if (unknown.length === 0) return []
  const { rows: found } = await db.query<{ exists: boolean }>(
    `SELECT to_regprocedure('public.kb_schema_compatibility()') IS NOT NULL AS exists`,
  )
  if (found[0]?.exists !== true) return []
  const { rows } = await db.query<Compatibility>(
    `SELECT c[1] AS since, c[2] AS "upTo" FROM public.kb_schema_compatibility() AS c`,
  )
  const { since, upTo } = rows[0]!
  const isKnown = files.some(({ name }) => name === since)
  return isKnown && unknown.every((name) => name <= upTo) ? unknown : []
}

/** Whether servers of a build before are no longer ready once a migration is applied: it says so, or nothing. */
export function isBreaking({ name, sql }: MigrationFile): boolean {
  const declared = /kb_schema_compatibility[^;]*RETURN ARRAY\['([^']*)', '([^']*)'\]/.exec(sql)
  return declared === null || declared[1] === name || declared[2] !== name
}
