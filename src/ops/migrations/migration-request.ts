import { SettingsError } from '../../errors.ts'
import type { TransactionLimits } from './migration-transaction.ts'
import type { ParameterSpec } from './data-migration.ts'

/** Steps of a run, in order. A dry run replaces the five before the last two by those two. */
export const migrationSteps = [
  'begun',
  'locked',
  'ledger-verified',
  'source-read',
  'preconditions-checked',
  'before-hashed',
  'work-begun',
  'work-done',
  'compared',
  'planned',
  'result-hashed',
  'ledger-written',
  'committing',
  'committed',
  'rolled-back',
  'dry-run-noted',
] as const
export type MigrationStep = (typeof migrationSteps)[number]

export interface RunMigrationOptions extends TransactionLimits {
  /** A file name without extension, `kb-schema`, `kb-backfill` or an alias. */
  readonly name: string
  /** False: a full run that is rolled back. */
  readonly apply: boolean
  /** Plan of a dry run; an apply with any other plan is refused. */
  readonly planHash?: string | null | undefined
  /** Runs an applied migration again; needs a reason, which goes into the ledger. */
  readonly force?: boolean | undefined
  readonly reason?: string | null | undefined
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /** Stored in the run's record, so that its caller can find it again. */
  readonly idempotencyKey?: string | null | undefined
  /** Default false, but the CLI and GraphQL turn it on. Dry runs and schema migrations take none. */
  readonly backupFirst?: boolean | undefined
  /** Default: this build's files. */
  readonly folder?: string | undefined
  readonly onStep?: ((step: MigrationStep) => void | Promise<void>) | undefined
}

/** Rejects contradictory options. */
export function checkRequest({ apply, planHash, force = false, reason }: RunMigrationOptions): void {
  const problems: string[] = []
  if (planHash != null && !apply) problems.push('`--plan` needs `--apply`; a dry run makes its own plan.')
  if (planHash != null && !/^[0-9a-f]{64}$/.test(planHash)) {
    problems.push('`--plan` is not a hash: give the 64 hexadecimal digits that the dry run printed.')
  }
  if (force && !reason?.trim()) problems.push('`--force` needs `--reason "…"`, which goes into the ledger.')
  if (!force && reason != null)
    problems.push('`--reason` explains why a migration is run again, so it needs `--force`.')
  if (problems.length > 0) throw new SettingsError(problems)
}

/** Parameter values, given or default. */
export function readParameters(
  specs: Readonly<Record<string, ParameterSpec>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(specs, name))
    .map((name) => `The migration has no parameter \`${name}\`. ${listNames(specs)}`)
  const values: Record<string, string> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? spec.default
    if (value === undefined) problems.push(`The parameter \`${name}\` is missing: ${spec.description}`)
    else if (spec.values?.includes(value) === false) {
      problems.push(`The parameter \`${name}\` must be ${spec.values.join(' or ')}, not \`${value}\`.`)
    } else values[name] = value
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return values
}

function listNames(specs: Readonly<Record<string, ParameterSpec>>): string {
  const names = Object.keys(specs)
  return names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`
}
