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

/** What every resolver is handed. Yoga adds the request beside it. */
export interface Context extends LiveContext {
  /** The public's, or that of whoever sees drafts. */
  readonly reader: Reader
  /** The same eyes at a moment of the past. */
  readonly readerAt: (moment: string) => Reader
  readonly cursorKey: CursorKey
  readonly service: ServiceFacts
  /** The address under which clients reach this server, for relative media addresses; no slash at the end. */
  readonly baseUrl: string
  readonly actor: Actor
  /** What logs and audit rows know this request by. */
  readonly requestId: string
  readonly admin: AdminHandles
  /** What the client may still spend. */
  readonly budget: Budget
  /** What the answer shall tell beside its data. */
  readonly warnings: string[]
  /** The state of the graph in memory that the reader shows; null where it asks the database. */
  readonly graphState: GraphState | null
  /** The graph in memory, if this server has one. */
  readonly graph: Pick<GraphKeeper, 'current' | 'freshness' | 'reached'>
}

/** What fields behind a role work with. */
export interface AdminHandles {
  readonly pool: Pool
  readonly storage: Storage
  readonly operations: OperationStarter
  /** Where the bytes of media objects lie. */
  readonly media: MediaFiles
}

/** What one operation may ask for. */
export interface ServiceLimits {
  readonly maxDepth: number
  readonly maxCost: number
  readonly operationTimeoutMs: number
}

/** What `service` tells and the server knows. */
export interface ServiceFacts {
  readonly version: string
  readonly gitCommit: string | null
  readonly storage: 'NEON' | 'BLOB' | 'FILE'
  readonly limits: ServiceLimits
  /** Only trusted documents are answered. */
  readonly isTrustedOnly: boolean
  /** Answers within a second or says no. */
  isDatabaseReachable(): Promise<boolean>
}
