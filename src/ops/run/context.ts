import type { Pool } from 'pg'
import type { AuditSource } from '../../database/access/audit.ts'
import type { Settings } from '../../config.ts'
import type { Log } from '../../log.ts'
import type { Storage } from '../../storage/open-storage.ts'
import type { Progress } from './progress.ts'

/** What every operation is handed, by whichever door. Handles are passed, not reached for. */
export interface OpsContext {
  /** The database under its direct address, without a limit on statements. Not ended by operations. */
  readonly pool: Pool
  readonly storage: Storage
  readonly settings: Settings
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Who runs it: `cli:ada`, `graphql:ada`, `server`. */
  readonly actor: string
  readonly now: () => Date
  /** Aborted by Ctrl-C, by `cancelOperation`, by a server that stops. */
  readonly signal: AbortSignal
  readonly onProgress: Progress
  /** Who asked through an API, for the audit of the run; undefined for whoever sits at the terminal. */
  readonly audit?: { readonly source: AuditSource; readonly operation: string } | undefined
  /** Told as soon as the run has its row in `admin_runs`, for callers that do not wait for its end. */
  readonly onRunStarted?: ((id: string) => void) | undefined
}

/** For operations that can do without a database. */
export type OptionalDatabase<Context extends { pool: Pool }> = Omit<Context, 'pool'> & {
  readonly pool: Pool | null
}
