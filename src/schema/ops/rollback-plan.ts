import { readRollbackPlan as readPlan, type RollbackPlan as Plan } from '../../ops/rollback/plan.ts'
import { BackupArtifact } from './backup-artifact.ts'
import { builder } from '../base/builder.ts'
import type { AdminHandles } from '../base/context.ts'
import { Ops } from './ops.ts'

export const RollbackPlan = builder.objectRef<Plan>('RollbackPlan')
RollbackPlan.implement({
  fields: (t) => ({
    steps: t.exposeStringList('steps'),
    from: t.exposeString('from'),
    to: t.exposeString('to'),
    backup: t.expose('backup', { type: BackupArtifact, nullable: true }),
    isTested: t.exposeBoolean('isTested'),
    lastTestedAt: t.expose('lastTestedAt', { type: 'DateTime', nullable: true }),
  }),
})

export function readRollbackPlan({ pool, storage }: AdminHandles): Promise<Plan> {
  return readPlan(pool, storage)
}

builder.objectFields(Ops, (t) => ({
  rollbackPlan: t.field({
    type: RollbackPlan,
    resolve: (_, __, { admin }) => readRollbackPlan(admin),
  }),
}))
