import type { Pool, PoolClient } from 'pg'
import { writeAudit, type AuditTarget } from '../../database/access/audit.ts'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { lockBulkWrites } from '../../database/graph/writer.ts'
import { lockGraph, readGraphVersion } from '../../database/graph/writer-context.ts'
import { withRetriedTransaction } from '../../database/connection/transaction.ts'
import { RefusedError, type Refusal } from '../../domain/refusal.ts'
import { actorName, type Actor } from '../../domain/access/role.ts'

export interface MutationContext {
  readonly actor: Actor
  readonly requestId: string
  readonly admin: { readonly pool: Pool }
  readonly graph: {
    readonly reached: (version: number) => Promise<boolean>
    readonly freshness: () => { readonly ageSeconds: number }
  }
  readonly warnings: string[]
}

/** The result of a mutation; anything a client can act on is data. */
export type MutationResult<Value> =
  { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'refused'; readonly refusal: Refusal }

export interface Mutated<Value> {
  readonly value: Value
  /** The changed objects; empty if nothing changed. */
  readonly audit: readonly AuditTarget[]
}

/**
 * Runs one graph mutation and its audit in one transaction, one writer at a time. Bulk work calls
 * `writeGraph`.
 */
export async function mutate<Value>(
  { actor, requestId, admin, graph, warnings }: MutationContext,
  operation: string,
  work: (client: PoolClient) => Promise<Mutated<Value>>,
  { isBulk = false }: { readonly isBulk?: boolean } = {},
): Promise<MutationResult<Value>> {
  try {
    const { value, version } = await withRetriedTransaction(admin.pool, 'READ COMMITTED', async (client) => {
      // Take the bulk lock first; the reverse order could deadlock.
      if (isBulk) await lockBulkWrites(client)
      await lockGraph(client)
      await setChangeAuthor(client, { actor: actorName('graphql', actor) })
      const done = await work(client)
      await writeAudit(client, { door: 'graphql', actor, requestId }, operation, done.audit)
      return { value: done.value, version: await readGraphVersion(client) }
    })
    // Read your own writes, even as the public and from memory.
    if (!(await graph.reached(version)))
      warnings.push(
        `The change is committed as graph version ${version}, but this server does not see it yet: it last read the database ${graph.freshness().ageSeconds} seconds ago.`,
      )
    return { kind: 'done', value }
  } catch (error) {
    if (error instanceof RefusedError) return { kind: 'refused', refusal: error.refusal }
    throw error
  }
}
