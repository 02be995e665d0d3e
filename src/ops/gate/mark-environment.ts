import { markEnvironment } from '../../database/access/environment.ts'
import { readIdentity, type EnvironmentName } from '../../database/connection/database-identity.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

/** Marks the database's environment in the database itself, for tools that replace, restore or repair. */
export function markDatabase(ctx: OpsContext, name: EnvironmentName): Promise<OperationSummary> {
  const head = { kind: 'ENVIRONMENT', operation: 'env-mark', name, mode: 'apply' } as const
  return recordRun(ctx, head, async () => {
    const before = await readIdentity(ctx.pool)
    await markEnvironment(ctx.pool, name, ctx.actor)
    return { report: { before: before.environment, after: name } }
  })
}
