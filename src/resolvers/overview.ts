import type { Pool } from 'pg'
import { adminTables, countTables, graphTables } from '../database/tables/count-tables.ts'
import type { StorageBackend } from '../config.ts'
import { withTransaction } from '../database/connection/transaction.ts'
import type { Storage } from '../storage/open-storage.ts'

/** Counts of stored rows: the response of `GET /api/admin/overview`. */
export interface Overview {
  readonly tables: Readonly<Record<string, number>>
  /** The public part, which `/api/constellation` must match. */
  readonly published: {
    readonly nodes: number
    readonly edges: number
    /** Entities by domain; the empty key is for those without. Includes empty domains. */
    readonly domains: Readonly<Record<string, number>>
    readonly kinds: Readonly<Record<string, number>>
  }
  readonly backend: StorageBackend
  /** Null before the first save. */
  readonly contentState: { readonly version: number; readonly hash: string } | null
}

const publishedSql = `
  SELECT 'kind' AS what, kind_key AS key, count(*)::int AS count FROM kb_entities WHERE status = 'PUBLISHED' GROUP BY 2
  UNION ALL
  SELECT 'domain', coalesce(domain_key, ''), count(*)::int FROM kb_entities WHERE status = 'PUBLISHED' GROUP BY 2
  UNION ALL
  SELECT 'domain', key, 0 FROM kb_domains d
  WHERE NOT EXISTS (SELECT FROM kb_entities e WHERE e.domain_key = d.key AND e.status = 'PUBLISHED')
  UNION ALL
  SELECT 'edge', '', count(*)::int FROM kb_edges e
  JOIN kb_entities s ON s.slug = e.source_slug AND s.status = 'PUBLISHED'
  JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED'`

interface PublishedRow {
  readonly what: 'kind' | 'domain' | 'edge'
  readonly key: string
  readonly count: number
}

/** Counts everything in one database snapshot. */
export async function getOverview(pool: Pool, storage: Storage): Promise<Overview> {
  const head = await storage.driver.readHead()
  return withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
    const tables = await countTables(client, [...graphTables, ...adminTables])
    const { rows } = await client.query<PublishedRow>(publishedSql)
    const of = (what: PublishedRow['what']) =>
      Object.fromEntries(rows.filter((row) => row.what === what).map(({ key, count }) => [key, count]))
    const kinds = of('kind')
    return {
      tables,
      published: {
        nodes: Object.values(kinds).reduce((sum, count) => sum + count, 0),
        edges: of('edge')[''] ?? 0,
        domains: of('domain'),
        kinds,
      },
      backend: storage.active,
      contentState: head === null ? null : { version: head.version, hash: head.hash },
    }
  })
}
