import type { Pool } from 'pg'
import type { Budget } from '../../domain/budget.ts'
import type { CursorKey } from '../../domain/paging/cursor.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import type { Actor } from '../../domain/access/role.ts'
import type { LiveContext } from '../../resolvers/live/follow.ts'
import type { OperationStarter } from '../../ops/run/start.ts'
import type { GraphKeeper } from '../../readers/snapshot/keeper/graph-keeper.ts'
import type { Reader } from '../../readers/reader.ts'
import type { MediaFiles } from '../../storage/media-files.ts'
import type { Storage } from '../../storage/open-storage.ts'

/** The context of every resolver. Yoga adds the request. */
export interface Context extends LiveContext {
  /** The public's reader, or one that sees drafts. */
  readonly reader: Reader
  /** The same view at a past moment. */
  readonly readerAt: (moment: string) => Reader
  readonly cursorKey: CursorKey
  readonly service: ServiceFacts
  /** Public address of this server, for relative media addresses; no trailing slash. */
  readonly baseUrl: string
  readonly actor: Actor
  /** Request id in logs and audit rows. */
  readonly requestId: string
  readonly admin: AdminHandles
  readonly budget: Budget
  readonly warnings: string[]
  readonly graphState: GraphState | null
  readonly graph: Pick<GraphKeeper, 'current' | 'freshness' | 'reached'>
}

export interface AdminHandles {
  readonly pool: Pool
  readonly storage: Storage
  readonly operations: OperationStarter
  readonly media: MediaFiles
}

export interface ServiceLimits {
  readonly maxDepth: number
  readonly maxCost: number
  readonly operationTimeoutMs: number
}

export interface ServiceFacts {
  readonly version: string
  readonly gitCommit: string | null
  readonly storage: 'NEON' | 'BLOB' | 'FILE'
  readonly limits: ServiceLimits
  readonly isTrustedOnly: boolean
  /** Answers within a second. */
  isDatabaseReachable(): Promise<boolean>
}
