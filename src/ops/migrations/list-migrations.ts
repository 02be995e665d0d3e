import { hasLedger, lastApplied, readLedger } from '../../database/operations/ledger.ts'
import { readSchemaState } from '../../database/schema/state.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { kbSchemaDescription, kbSchemaName } from './kb-schema.ts'
import { loadDefinition, readMigrationCatalog } from './migration-catalog.ts'
import type { OpsContext } from '../run/context.ts'

export type MigrationState = 'PENDING' | 'APPLIED' | 'FAILED' | 'CHECKSUM_CHANGED' | 'BLOCKED'

export interface ListedMigration {
  readonly name: string
  readonly description: string
  /** SHA-256 of what would run. */
  readonly checksum: string
  readonly state: MigrationState
  readonly isReversible: boolean
  readonly requires: readonly string[]
  /** The checksum when it was applied, if it has changed since. */
  readonly appliedChecksum: string | null
  readonly appliedAt: string | null
  readonly lastRunId: string | null
}

interface LastRun {
  readonly name: string
  readonly id: string
  readonly status: string
  readonly mode: string
  readonly ending: string | null
}

/** Lists this build's migrations in execution order. A repeatable one counts as applied once it has run. */
export async function listMigrations(
  { pool }: Pick<OpsContext, 'pool'>,
  { folder }: { readonly folder?: string | undefined } = {},
): Promise<ListedMigration[]> {
  const catalog = readMigrationCatalog(folder)
  const { ledger, runs, isSchemaPending } = await withTransaction(
    pool,
    'REPEATABLE READ READ ONLY',
    async (client) => {
      const isThere = await hasLedger(client)
      const { pending } = await readSchemaState(client)
      const found = isThere
        ? await client.query<LastRun>(
            `SELECT DISTINCT ON (name) name, id, status, mode, summary->>'status' AS ending FROM admin_runs
           WHERE kind = 'MIGRATION' ORDER BY name, admin_runs.started_at DESC`,
          )
        : { rows: [] }
      return {
        ledger: isThere ? await readLedger(client) : [],
        runs: found.rows,
        isSchemaPending: pending.length > 0,
      }
    },
  )
  const listed: ListedMigration[] = []
  for (const { name, checksum, isRepeatable } of catalog.known) {
    const applied = lastApplied(ledger, name)
    const isChanged = applied !== null && applied.checksum !== checksum
    const run = runs.find((each) => each.name === name) ?? null
    const about = await describeMigration(catalog, name)
    const blocked = about.requires.some((other) => lastApplied(ledger, other) === null)
    const isPending = name === kbSchemaName ? isSchemaPending : applied === null
    listed.push({
      name,
      checksum,
      ...about,
      state: stateOf({ isPending, isChanged: isChanged && !isRepeatable, blocked, run }),
      appliedChecksum: isChanged ? applied.checksum : null,
      appliedAt: applied?.finishedAt ?? null,
      lastRunId: run?.id ?? null,
    })
  }
  return listed
}

async function describeMigration(
  catalog: ReturnType<typeof readMigrationCatalog>,
  name: string,
): Promise<Pick<ListedMigration, 'description' | 'isReversible' | 'requires'>> {
  if (name === kbSchemaName) return { description: kbSchemaDescription, isReversible: false, requires: [] }
  return pick(await loadDefinition(catalog, name))
}

function pick({
  description,
  isReversible,
  requires,
}: Pick<ListedMigration, 'description' | 'isReversible' | 'requires'>) {
  return { description, isReversible, requires }
}

function stateOf(facts: {
  readonly isPending: boolean
  readonly isChanged: boolean
  readonly blocked: boolean
  readonly run: LastRun | null
}): MigrationState {
  if (facts.isChanged) return 'CHECKSUM_CHANGED'
  if (!facts.isPending) return 'APPLIED'
  if (facts.blocked) return 'BLOCKED'
  // Failed dry runs and refused runs say nothing about the database.
  const { run } = facts
  const isFailed = run?.status === 'FAILED' && run.mode === 'APPLY'
  return isFailed && !['refused', 'busy'].includes(run.ending ?? '') ? 'FAILED' : 'PENDING'
}
