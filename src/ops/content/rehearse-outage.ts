import { createPool } from '../../database/connection/create-pool.ts'
import {
  StorageUnavailableError,
  type ContentDriver,
  type ContentVersion,
} from '../../storage/content-driver.ts'
import { createFallbackDriver } from '../../storage/drivers/fallback.ts'
import { createNeonDriver } from '../../storage/drivers/neon.ts'
import type { CheckReport } from '../run/summary.ts'

/** Nothing listens there. */
const deadDatabase = 'postgresql://kb@127.0.0.1:1/kb'

/**
 * Puts an unreachable database in front of the fallback: reads must return the fallback's state, and a save
 * must be refused without changing it.
 */
export async function rehearseOutage(
  fallback: ContentDriver,
  expected: ContentVersion,
): Promise<CheckReport> {
  const start = performance.now()
  const pool = createPool(deadDatabase, { log: { info: () => {}, warn: () => {} }, max: 1 })
  try {
    const pair = createFallbackDriver(createNeonDriver(pool), fallback)
    const served = await pair.read()
    const isRefused = await isSaveRefused(pair, expected)
    const after = await fallback.readHead()
    const passes =
      served?.hash === expected.hash &&
      pair.status().primary !== null &&
      isRefused &&
      after?.version === expected.version
    return {
      name: 'outage',
      status: passes ? 'PASS' : 'FAIL',
      detail: passes
        ? `with the database down, readers get version ${expected.version} from ${fallback.kind} and saves are refused`
        : describeFault(served, isRefused, pair.status().primary),
      expected: expected.hash,
      actual: served?.hash ?? null,
      durationMs: Math.round(performance.now() - start),
    }
  } finally {
    await pool.end()
  }
}

async function isSaveRefused(pair: ContentDriver, { version, ...current }: ContentVersion): Promise<boolean> {
  try {
    await pair.append({ ...current, version: version + 1 }, version)
    return false
  } catch (error) {
    if (error instanceof StorageUnavailableError) return true
    throw error
  }
}

function describeFault(served: ContentVersion | null, isRefused: boolean, primary: string | null): string {
  if (primary === null) return 'the outage was not noticed'
  if (!isRefused) return 'a save succeeded while the database was down: the stores would diverge'
  return `readers got ${served === null ? 'nothing' : `version ${served.version}`}`
}
