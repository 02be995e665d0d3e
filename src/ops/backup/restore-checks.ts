import type { DatabaseIdentity } from '../../database/connection/database-identity.ts'
import { byteSizeOf, verifyBackupFiles } from './files.ts'
import type { BackupManifest } from './manifest.ts'
import type { Backup } from './create.ts'
import { OperationError } from '../run/error.ts'
import type { CheckReport } from '../run/summary.ts'
import type { BackupContentState } from '../content/restore-state.ts'

export function checkSource(
  { id, createdAt, source }: BackupManifest,
  target: DatabaseIdentity,
  { isThis, ageSeconds }: { readonly isThis: boolean; readonly ageSeconds: number },
): CheckReport {
  const made = `${id}, made ${describeAge(ageSeconds)} (${createdAt}) of`
  return isThis
    ? check('backup', 'PASS', `${made} this database, ${target.database} (${target.environment})`)
    : check(
        'backup',
        'WARN',
        `${made} another database, ${source.database} (${source.environment}); this is ${target.database} (${target.environment})`,
      )
}

export function checkFiles(manifest: BackupManifest): CheckReport {
  const size = byteSizeOf(manifest).toLocaleString('en-US')
  const files = count(manifest.tables.length, 'file')
  return check('files', 'PASS', `${files}, ${size} bytes, all intact, with the schema of this build`)
}

export function checkContent(
  { current, versions, clashes }: BackupContentState,
  isNewState: boolean,
): CheckReport {
  const name = 'content state'
  if (current === null) return check(name, 'PASS', 'the backup has none; the current one stays')
  const what = isNewState
    ? `version ${current.version} of the backup is saved as a new version`
    : `version ${current.version} of the backup is already current here`
  const back = versions.length === 0 ? '' : `; ${count(versions.length, 'version')} of the history come back`
  if (clashes.length === 0) return check(name, 'PASS', `${what}${back}`)
  const taken = `; versions ${clashes.join(', ')} differ here, so those of the backup are not restored`
  return check(name, 'WARN', `${what}${back}${taken}`)
}

export function checkRedactions(ids: readonly string[]): CheckReport {
  if (ids.length === 0)
    return check('redactions', 'PASS', 'none in the ledger that are newer than the backup')
  const [they, row] = ids.length === 1 ? ['it', 'row'] : ['they', 'rows']
  return check(
    'redactions',
    'WARN',
    `the backup does not know ${count(ids.length, 'redaction')} (${row} ${ids.join(', ')} of the ledger) and may restore what ${they} erased; ` +
      '`kb audit --operation redactEntity` names the entities, redact them again',
  )
}

export function otherDatabase(
  artifact: string,
  { id, source }: BackupManifest,
  target: DatabaseIdentity,
): OperationError {
  return new OperationError(
    'refused',
    'wrong-target',
    `The backup ${id} was made of another database: ${source.database} (${source.environment}); this is ${target.database} ` +
      `(${target.environment}). If this is intended, for example on a new machine: npx kb backup restore ${artifact} --from-other-database. Nothing was written.`,
  )
}

export async function requireWhole(backup: Backup, signal: AbortSignal): Promise<void> {
  const damage = await verifyBackupFiles(backup, signal)
  if (damage.length === 0) return
  const each = damage.map(({ message }) => message).join(' ')
  throw new OperationError(
    'refused',
    'invalid',
    `The backup ${backup.manifest.id} is damaged. ${each} Nothing was written.`,
  )
}

function check(name: string, status: CheckReport['status'], detail: string): CheckReport {
  return { name, status, detail, expected: null, actual: null, durationMs: null }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const
const relative = new Intl.RelativeTimeFormat('en')

/** An age in the largest unit that fits: `3 hours ago`. */
function describeAge(seconds: number): string {
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? units[3]
  return relative.format(-Math.floor(seconds / size), unit)
}
