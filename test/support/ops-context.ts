import { loadSettings } from '../../src/config.ts'
import type { OpsContext } from '../../src/ops/run/context.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { TestDatabase } from './database.ts'
import { silentLog } from './silent-log.ts'

/** The context of an operation over a test database. @param env settings beside it */
export function createOpsContext(
  database: Pick<TestDatabase, 'url' | 'pool'>,
  env: Readonly<Record<string, string>> = {},
  changes: Partial<OpsContext> = {},
): OpsContext {
  const settings = loadSettings({ DATABASE_URL: database.url, ...env })
  return {
    pool: database.pool,
    storage: openStorage(settings, database.pool),
    settings,
    log: silentLog,
    actor: 'test:ada',
    now: () => new Date(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...changes,
  }
}
