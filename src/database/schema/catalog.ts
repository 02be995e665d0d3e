import type { ClientBase } from 'pg'
import { hashJson } from '../../domain/hash.ts'

export interface SchemaCatalog {
  readonly objects: Readonly<Record<string, string>>
  readonly hash: string
}

const ours = `c.relnamespace = 'public'::regnamespace AND c.relname ~ '^(kb|admin)_'`

/** Name and definition of each object, including any state that disables it. */
const queries: readonly string[] = [
  `SELECT 'table ' || c.relname, concat_ws(' ', c.relpersistence, c.relrowsecurity, c.relforcerowsecurity)
   FROM pg_class c WHERE ${ours} AND c.relkind IN ('r', 'p')`,
  `SELECT 'column ' || c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
     CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation END,
     CASE WHEN a.attnotnull THEN 'not null' END, 'default ' || pg_get_expr(d.adbin, d.adrelid),
     nullif(a.attgenerated, ''), nullif(a.attidentity, ''))
   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE ${ours} AND c.relkind IN ('r', 'p')`,
  // Postgres 18 also lists NOT NULL here (contype n); the columns already cover it.
  `SELECT 'constraint ' || c.relname || '.' || k.conname, concat_ws(' ', pg_get_constraintdef(k.oid),
     CASE WHEN NOT k.convalidated THEN 'unproven' END)
   FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE ${ours} AND k.contype <> 'n'`,
  `SELECT 'index ' || i.indexrelid::regclass, concat_ws(' ', pg_get_indexdef(i.indexrelid),
     CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'unusable' END)
   FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE ${ours}`,
  `SELECT 'trigger ' || c.relname || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), 'enabled: ' || t.tgenabled::text)
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE ${ours} AND NOT t.tgisinternal`,
  `SELECT 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
   FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname ~ '^(kb|admin)_'`,
  `SELECT 'type ' || t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
   FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
   WHERE t.typnamespace = 'public'::regnamespace AND t.typname ~ '^(kb|admin)_' GROUP BY t.typname`,
  `SELECT 'sequence ' || c.relname, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
   FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid WHERE ${ours}`,
  `SELECT 'search configuration ' || g.cfgname || ' ' || m.token || ' ' || m.mapseqno, m.dictionary
   FROM pg_ts_config g CROSS JOIN LATERAL (SELECT maptokentype AS token, mapseqno, mapdict::regdictionary::text AS dictionary
     FROM pg_ts_config_map WHERE mapcfg = g.oid) m
   WHERE g.cfgnamespace = 'public'::regnamespace AND g.cfgname ~ '^kb_'`,
]

/** Reads everything that defines this product's schema. Needs a transaction. */
export async function readCatalog(client: ClientBase): Promise<SchemaCatalog> {
  // With an empty search_path, definitions always qualify names.
  const before = await client.query<{ path: string }>(`SELECT current_setting('search_path') AS path`)
  await client.query(`SELECT set_config('search_path', '', true)`)
  const found: [string, string][] = []
  for (const query of queries) {
    const { rows } = await client.query<[string, string]>({ text: query, rowMode: 'array' })
    found.push(...rows)
  }
  await client.query(`SELECT set_config('search_path', $1, true)`, [before.rows[0]!.path])
  const objects = Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
  return { objects, hash: hashJson(objects) }
}

export interface CatalogDifference {
  readonly object: string
  readonly kind: 'missing' | 'changed' | 'unexpected'
  readonly expected: string | null
  readonly actual: string | null
}

export function compareCatalogs(expected: SchemaCatalog, actual: SchemaCatalog): CatalogDifference[] {
  const names = new Set([...Object.keys(expected.objects), ...Object.keys(actual.objects)])
  return [...names].sort().flatMap((object) => {
    const [from = null, to = null] = [expected.objects[object], actual.objects[object]]
    if (from === to) return []
    const kind = to === null ? 'missing' : from === null ? 'unexpected' : 'changed'
    return [{ object, kind, expected: from, actual: to } as const]
  })
}
