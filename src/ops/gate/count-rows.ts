import { adminTables, countTables, graphTables } from '../../database/tables/count-tables.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { isJsonObject } from '../../domain/json/value.ts'
import { createDatabaseReader } from '../../readers/database/database-reader.ts'
import { localUrl, openDeployment } from '../parity/deployment.ts'
import type { CheckReport, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

export interface CountOptions {
  /** Also query the deployment at BASE_URL; needs ADMIN_PASSWORD. */
  readonly deployment?: boolean | undefined
}

/** Counts the rows of all tables and compares them with what the API reports for the published graph. */
export function countRows(ctx: OpsContext, { deployment = false }: CountOptions): Promise<OperationSummary> {
  const head = { kind: 'COUNTS', operation: 'counts', name: 'tables', mode: 'dry-run' } as const
  return recordRun(ctx, head, async () => {
    const tables = [...graphTables, ...adminTables]
    const { counts, published } = await withTransaction(
      ctx.pool,
      'REPEATABLE READ READ ONLY',
      async (client) => {
        const { rows } = await client.query<{ entities: number; edges: number }>(
          `SELECT (SELECT count(*)::int FROM kb_entities WHERE status = 'PUBLISHED') AS entities,
           (SELECT count(*)::int FROM kb_edges e
            JOIN kb_entities s ON s.slug = e.source_slug AND s.status = 'PUBLISHED'
            JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED') AS edges`,
        )
        return { counts: await countTables(client, tables), published: rows[0]! }
      },
    )
    const api = await createDatabaseReader(ctx.pool).statistics()
    const checks = [
      compare('api: published entities', published.entities, api.entityCount),
      compare('api: published edges', published.edges, api.edgeCount),
      ...(deployment ? await compareDeployment(ctx, counts) : []),
    ]
    const wrong = checks.filter(({ status }) => status === 'FAIL')
    return {
      outcome: wrong.length === 0 ? 'PASS' : 'FAIL',
      counts: { before: counts, after: counts },
      findings: wrong.map(({ name, expected, actual }) => ({
        code: 'counts.differ',
        severity: 'error' as const,
        subject: name,
        message: `${name}: ${String(expected)} by SQL, ${String(actual)} by the API.`,
      })),
      report: { checks, api: { entities: api.entityCount, edges: api.edgeCount } },
    }
  })
}

async function compareDeployment(
  ctx: OpsContext,
  counts: Readonly<Record<string, number>>,
): Promise<CheckReport[]> {
  const { baseUrl } = ctx.settings
  const deployment = openDeployment(ctx, baseUrl ?? localUrl(ctx))
  const { tables } = await deployment.fetchOverview()
  const said = isJsonObject(tables) ? tables : {}
  // Runs are written during the count, including this one.
  return Object.entries(counts)
    .filter(([table]) => table !== 'admin_runs')
    .map(([table, count]) => compare(`${deployment.url}: ${table}`, count, said[table] ?? null))
}

function compare(name: string, expected: number, actual: unknown): CheckReport {
  const status = expected === actual ? 'PASS' : 'FAIL'
  return { name, status, detail: `${String(actual)}`, expected, actual, durationMs: null }
}
