import type { Pool } from 'pg'
import type { AuditSource } from '../../database/access/audit.ts'
import type { Settings } from '../../config.ts'
import type { Log } from '../../log.ts'
import type { Storage } from '../../storage/open-storage.ts'
import type { Progress } from './progress.ts'

export interface OpsContext {
  /** Connects to the direct address, without a statement timeout. Operations do not end it. */
  readonly pool: Pool
  readonly storage: Storage
  readonly settings: Settings
  readonly log: Pick<Log, 'info' | 'warn'>
  /** `cli:ada`, `graphql:ada`, `server`. */
  readonly actor: string
  readonly now: () => Date
  /** Aborted by Ctrl-C, `cancelOperation` or server shutdown. */
  readonly signal: AbortSignal
  readonly onProgress: Progress
  /** Who called through an API, for the audit; undefined for a terminal user. */
  readonly audit?: { readonly source: AuditSource; readonly operation: string } | undefined
  /** Called once the run has its row in `admin_runs`, for callers that do not wait for the end. */
  readonly onRunStarted?: ((id: string) => void) | undefined
}

export type OptionalDatabase<Context extends { pool: Pool }> = Omit<Context, 'pool'> & {
  readonly pool: Pool | null
}
