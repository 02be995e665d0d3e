import type { StorageBackend } from '../../config.ts'
import {
  StorageUnavailableError,
  type ContentDriver,
  type ContentVersion,
} from '../../storage/content-driver.ts'
import type { CheckReport } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'

/** Checks the state that another backend would serve, and compares it with the active one. */
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
    return [check('fallback', 'FAIL', `${to} has no content state, so nothing would be served`)]
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
    return check(name, 'SKIPPED', `${kind} does not respond: ${active.message}`)
  if (active === null) return check(name, 'WARN', `${kind} has no content state`)
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
