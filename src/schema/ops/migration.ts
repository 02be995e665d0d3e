import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import { checkLedger } from '../../ops/migrations/check-ledger.ts'
import { listMigrations, type ListedMigration } from '../../ops/migrations/list-migrations.ts'
import type { CheckReport } from '../../ops/run/summary.ts'
import { getMigrationRun } from '../../resolvers/migration.ts'
import { artifactsOf, BackupArtifact } from './backup-artifact.ts'
import { builder } from '../base/builder.ts'
import { Check } from '../base/check.ts'
import { forwardArguments } from '../base/connection.ts'
import { GraphChangeConnection, pageDifferences } from '../history/graph-change.ts'
import { Node } from '../base/node.ts'
import { endedFact, OperationRun, reportOf, summaryOf } from './operation-run.ts'
import { Ops } from './ops.ts'
import { TableCount, type CountsOfTable } from './table-count.ts'

const MigrationState = builder.enumType('MigrationState', {
  values: ['PENDING', 'APPLIED', 'FAILED', 'CHECKSUM_CHANGED', 'BLOCKED'] as const,
})

const Migration = builder.objectRef<ListedMigration>('Migration')
export const MigrationRun = builder.objectRef<RunRecord>('MigrationRun')

Migration.implement({
  fields: (t) => ({
    name: t.expose('name', { type: 'Key' }),
    description: t.exposeString('description'),
    checksum: t.expose('checksum', { type: 'SHA256' }),
    state: t.expose('state', { type: MigrationState }),
    reversible: t.exposeBoolean('isReversible'),
    requires: t.field({ type: ['Key'], resolve: ({ requires }) => requires }),
    lastRun: t.field({
      type: MigrationRun,
      nullable: true,
      resolve: ({ lastRunId }, _, { admin }) =>
        lastRunId === null ? null : getMigrationRun(admin.pool, lastRunId),
    }),
    appliedChecksum: t.expose('appliedChecksum', {
      type: 'SHA256',
      nullable: true,
      description: 'Checksum at the time of applying, if it has changed since.',
    }),
  }),
})

MigrationRun.implement({
  interfaces: [Node, OperationRun],
  fields: (t) => ({
    migration: t.field({
      type: Migration,
      resolve: async ({ name }, _, { admin }) =>
        (await listMigrations(admin)).find((migration) => migration.name === name) as ListedMigration,
    }),
    counts: t.field({
      type: [TableCount],
      description: 'What would be, or was, written.',
      resolve: countsOf,
    }),
    preconditions: t.field({
      type: [Check],
      resolve: (run) => (reportOf(run)['preconditions'] ?? []) as CheckReport[],
    }),
    backup: t.field({
      type: BackupArtifact,
      nullable: true,
      resolve: (run) => artifactsOf({ backup: reportOf(run)['backup'] })[0] ?? null,
    }),
    warnings: t.field({ type: ['String'], resolve: (run) => summaryOf(run)?.warnings ?? [] }),
    planHash: t.field({
      type: 'SHA256',
      description: 'Give it to runMigration(mode: APPLY): only exactly this plan can then be applied.',
      resolve: (run) => endedFact(summaryOf(run)?.planHash, 'planHash', run),
    }),
    resultHash: t.field({
      type: 'SHA256',
      nullable: true,
      resolve: (run) => summaryOf(run)?.resultHash ?? null,
    }),
    alreadyApplied: t.boolean({
      description: 'True if a former apply with the same plan had already done it.',
      resolve: (run) => reportOf(run)['alreadyApplied'] === true,
    }),
    changes: t.field({
      type: GraphChangeConnection,
      args: forwardArguments,
      resolve: (run, args, context) =>
        pageDifferences(reportOf(run)['changes'], args, context, ['migration', run.id]),
    }),
  }),
})

function countsOf(run: RunRecord): CountsOfTable[] {
  const counts = summaryOf(run)?.counts
  if (counts === undefined) return []
  return Object.keys(counts.inserted).map((table) => ({
    table,
    inserted: counts.inserted[table] ?? 0,
    updated: counts.updated[table] ?? 0,
    deleted: counts.deleted[table] ?? 0,
    unchanged: counts.unchanged[table] ?? 0,
  }))
}

builder.objectFields(Ops, (t) => ({
  migrations: t.field({
    type: [Migration],
    args: { state: t.arg({ type: [MigrationState] }) },
    resolve: async (_, { state }, { admin }) =>
      (await listMigrations(admin)).filter((migration) => state?.includes(migration.state) ?? true),
  }),
  migration: t.field({
    type: Migration,
    nullable: true,
    args: { name: t.arg({ type: 'Key', required: true }) },
    resolve: async (_, { name }, { admin }) =>
      (await listMigrations(admin)).find((migration) => migration.name === name) ?? null,
  }),
  ledgerIntegrity: t.field({
    type: Check,
    description: "Recompute the ledger's hash chain.",
    resolve: async (_, __, { admin }) => (await checkLedger(admin)).check,
  }),
}))
