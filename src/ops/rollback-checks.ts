import type { StorageBackend } from '../config.ts'
import { isSameDatabase, readIdentity, type DatabaseIdentity } from '../database/database-identity.ts'
import {
  StorageUnavailableError,
  type ContentDriver,
  type ContentVersion,
} from '../storage/content-driver.ts'
import type { Backup } from './create-backup.ts'
import { OperationError } from './operation-error.ts'
import type { CheckReport } from './operation-summary.ts'
import type { OpsContext } from './ops-context.ts'

/** Looks at the state that would be served by another backend, and at how it stands to the active one. */
export async function checkFallback(
  { storage }: Pick<OpsContext, 'storage'>,
  to: StorageBackend | null,
): Promise<CheckReport[]> {
  if (to === null)
    return [
      check(
        'fallback',
        'FAIL',
        'no other backend is configured; set BLOB_READ_WRITE_TOKEN or ADMIN_FILE_PATH',
      ),
    ]
  const served = await tryRead(storage.driverOf(to))
  if (served instanceof StorageUnavailableError) return [check('fallback', 'FAIL', served.message)]
  if (served === null)
    return [check('fallback', 'FAIL', `${to} holds no content state, so nothing would be served`)]
  const active = await tryRead(storage.driverOf(storage.active))
  return [
    check('fallback', 'PASS', `${to} would serve ${describe(served)}`),
    compareWithActive(storage.active, active, served),
  ]
}

function compareWithActive(
  kind: StorageBackend,
  active: ContentVersion | StorageUnavailableError | null,
  served: ContentVersion,
): CheckReport {
  const name = 'same as active'
  if (active instanceof StorageUnavailableError)
    return check(name, 'SKIPPED', `${kind} does not answer: ${active.message}`)
  if (active === null) return check(name, 'WARN', `${kind} holds no content state`)
  const facts = { expected: active.hash, actual: served.hash }
  if (active.hash === served.hash) return { ...check(name, 'PASS', describe(active)), ...facts }
  const behind = active.version - served.version
  const loss = behind > 0 ? `; ${behind} ${behind === 1 ? 'version' : 'versions'} would not be served` : ''
  return { ...check(name, 'WARN', `${kind} serves ${describe(active)}${loss}`), ...facts }
}

async function tryRead(driver: ContentDriver): Promise<ContentVersion | StorageUnavailableError | null> {
  try {
    return await driver.read()
  } catch (error) {
    if (error instanceof StorageUnavailableError) return error
    throw error
  }
}

function describe({ version, hash }: ContentVersion): string {
  return `version ${version}, ${hash}`
}

function check(name: string, status: CheckReport['status'], detail: string): CheckReport {
  return { name, status, detail, expected: null, actual: null, durationMs: null }
}

/**
 * A backup goes back into the database it was made of, or into one that is marked as the same environment.
 *
 * @throws OperationError `wrong-target`
 */
export async function requireOwnBackup(
  { pool }: Pick<OpsContext, 'pool'>,
  { manifest }: Backup,
): Promise<CheckReport> {
  const target = await readIdentity(pool)
  const { source } = manifest
  if (isSameDatabase(source, target))
    return check('backup', 'PASS', `${manifest.id} was made of this database at ${manifest.createdAt}`)
  if (isSameEnvironment(source, target))
    return check(
      'backup',
      'WARN',
      `${manifest.id} was made of another database marked as ${target.environment}: ${source.database}`,
    )
  throw new OperationError(
    'refused',
    'wrong-target',
    `The backup ${manifest.id} was made of ${source.database} (${source.environment}), and this is ${target.database} ` +
      `(${target.environment}). Mark this database as the same environment first, if it is meant: npx kb env mark. Nothing was written.`,
  )
}

function isSameEnvironment(source: Pick<DatabaseIdentity, 'environment'>, target: DatabaseIdentity): boolean {
  return source.environment === target.environment && target.environment !== 'unmarked'
}
