import { SettingsError } from '../../errors.ts'
import { kbSchemaName, runSchemaMigration } from './kb-schema.ts'
import { loadDefinition, readMigrationCatalog, resolveMigrationName } from './migration-catalog.ts'
import { checkRequest, readParameters, type RunMigrationOptions } from './migration-request.ts'
import { runDataMigration } from './run-data-migration.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

/**
 * Runs a migration with all safeguards: a dry run by default, idempotence, preconditions, one transaction
 * under a lock, a ledger row in that transaction after verifying the whole ledger, and a plan sealed by
 * `planHash`.
 */
export async function runMigration(ctx: OpsContext, options: RunMigrationOptions): Promise<OperationSummary> {
  checkRequest(options)
  const catalog = readMigrationCatalog(options.folder)
  const { known } = catalog
  const name = resolveMigrationName(catalog, options.name)
  const given = options.parameters ?? {}
  const head = {
    kind: 'MIGRATION',
    operation: 'migration',
    name,
    mode: options.apply ? 'apply' : 'dry-run',
    parameters: {
      ...given,
      ...(options.idempotencyKey == null ? {} : { idempotencyKey: options.idempotencyKey }),
    },
  } as const
  if (name === kbSchemaName) {
    readParameters({}, given)
    if (options.force === true) {
      throw new SettingsError([
        '`--force` does not work for kb-schema: applied schema migrations never run again.',
      ])
    }
    return recordRun(ctx, head, (run) => runSchemaMigration({ ctx, run, known, options }))
  }
  return recordRun(ctx, head, async (run) => {
    const definition = await loadDefinition(catalog, name)
    const parameters = readParameters(definition.parameters, given)
    return runDataMigration({ ctx, run, definition, known, options, parameters })
  })
}

/** Problems of a migration request that can be found without a run. */
export async function findRequestProblems(
  options: RunMigrationOptions,
): Promise<{ readonly isKnown: boolean; readonly problems: readonly string[] }> {
  const catalog = readMigrationCatalog(options.folder)
  const attempt = (work: () => void) => {
    try {
      work()
      return []
    } catch (error) {
      if (error instanceof SettingsError) return error.problems
      throw error
    }
  }
  const unknown = attempt(() => resolveMigrationName(catalog, options.name))
  if (unknown.length > 0) return { isKnown: false, problems: unknown }
  const name = resolveMigrationName(catalog, options.name)
  // A file that cannot be loaded is reported by the run itself, which leaves a record.
  const specs =
    name === kbSchemaName
      ? {}
      : await loadDefinition(catalog, name).then(
          ({ parameters }) => parameters,
          () => null,
        )
  return {
    isKnown: true,
    problems: [
      ...attempt(() => checkRequest(options)),
      ...(specs === null ? [] : attempt(() => readParameters(specs, options.parameters ?? {}))),
    ],
  }
}
