import type { ClientBase, Pool } from 'pg'
import type { MigrationFile } from './migration-files.ts'

interface Compatibility {
  readonly since: string
  /** The last migration that this covers. */
  readonly upTo: string
}

/** Which unknown migrations this build is compatible with: all or none. */
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

export function isBreaking({ name, sql }: MigrationFile): boolean {
  const declared = /kb_schema_compatibility[^;]*RETURN ARRAY\['([^']*)', '([^']*)'\]/.exec(sql)
  return declared === null || declared[1] === name || declared[2] !== name
}
