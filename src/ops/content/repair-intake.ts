import { readIdentity } from '../../database/connection/database-identity.ts'
import { hashJson } from '../../domain/hash.ts'
import { repairConstellation } from '../../domain/constellation/repair.ts'
import { createContentStore } from '../../storage/content-store.ts'
import { OperationError } from '../run/error.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

export interface RepairOptions {
  readonly apply?: boolean | undefined
}

const repairable = ['fixture', 'development', 'preview']

/**
 * Repairs the intake output in the content state: drops items that the graph rejects and gives nodes their
 * slugs. Dry run unless `apply`. Refuses unmarked databases, since they may be production.
 */
export function repairIntake(ctx: OpsContext, { apply = false }: RepairOptions): Promise<OperationSummary> {
  const mode = apply ? 'apply' : 'dry-run'
  return recordRun(
    ctx,
    { kind: 'IMPORT', operation: 'intake-repair', name: 'content-state', mode },
    async () => {
      const { environment } = await readIdentity(ctx.pool)
      if (!repairable.includes(environment))
        throw new OperationError(
          'refused',
          'wrong-target',
          `This database is ${environment === 'unmarked' ? 'not marked' : `marked as ${environment}`}; intake output is ` +
            'repaired on fixtures and non-production databases only. Mark it with `npx kb env mark fixture` if it is one.',
        )
      const current = await ctx.storage.driver.read()
      const payload = current?.state['constellation']
      if (current === null || payload === undefined)
        throw new OperationError(
          'refused',
          'precondition-failed',
          'The content state has no member `constellation` to repair.',
        )
      const { patch, removed } = repairConstellation(payload)
      const fromRoot = patch.map((operation) => ({ ...operation, path: `/constellation${operation.path}` }))
      const saved =
        patch.length === 0
          ? null
          : await createContentStore(ctx.storage.driver).save({
              change: { patch: fromRoot },
              expectedVersion: current.version,
              actor: ctx.actor,
              note: `Intake repair: ${removed.length} items removed`,
              dryRun: !apply,
            })
      return {
        outcome: removed.length === 0 ? 'PASS' : 'WARN',
        payloadHash: hashJson(payload),
        resultHash: saved?.contentState.hash ?? current.hash,
        findings: removed.map(({ pointer, reason }) => ({
          code: 'intake.removed',
          severity: 'warning' as const,
          subject: `/constellation${pointer}`,
          message: `/constellation${pointer} is removed: ${reason}.`,
        })),
        report: { patch: fromRoot, removed, version: saved?.contentState.version ?? current.version },
      }
    },
  )
}
