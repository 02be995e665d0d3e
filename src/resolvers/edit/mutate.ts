import type { Pool, PoolClient } from 'pg'
import { writeAudit, type AuditTarget } from '../../database/access/audit.ts'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { lockBulkWrites } from '../../database/graph/writer.ts'
import { lockGraph, readGraphVersion } from '../../database/graph/writer-context.ts'
import { withRetriedTransaction } from '../../database/connection/transaction.ts'
import { RefusedError, type Refusal } from '../../domain/refusal.ts'
import { actorName, type Actor } from '../../domain/access/role.ts'

/** What a mutation needs of the request's context. */
export interface MutationContext {
  readonly actor: Actor
  readonly requestId: string
  readonly admin: { readonly pool: Pool }
  readonly graph: {
    readonly reached: (version: number) => Promise<boolean>
    readonly freshness: () => { readonly ageSeconds: number }
  }
  /** What the answer shall tell beside its data. */
  readonly warnings: string[]
}

/** How a mutation went; what a client can act on is data. */
export type MutationResult<Value> =
  { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'refused'; readonly refusal: Refusal }

export interface Mutated<Value> {
  readonly value: Value
  /** What was changed; nothing, if the graph already said so. */
  readonly audit: readonly AuditTarget[]
}

/**
 * Runs one mutation of the graph: one transaction, one writer at a time, its audit in the same transaction. Work that
 * throws a RefusedError changes nothing.
 *
 * @param operation the mutation's field
 * @param options.isBulk the work goes by `writeGraph`
 * @example await mutate(context, 'deleteEdge', async (client) => ({ value: …, audit: [{ targetType: 'GraphEdge', … }] }))
 */
export async function mutate<Value>(
  { actor, requestId, admin, graph, warnings }: MutationContext,
  operation: string,
  work: (client: PoolClient) => Promise<Mutated<Value>>,
  { isBulk = false }: { readonly isBulk?: boolean } = {},
): Promise<MutationResult<Value>> {
  try {
    const { value, version } = await withRetriedTransaction(admin.pool, 'READ COMMITTED', async (client) => {
      // Bulk writers take their lock first; the other way round two of them would wait for one another.
      if (isBulk) await lockBulkWrites(client)
      await lockGraph(client)
      await setChangeAuthor(client, { actor: actorName('graphql', actor) })
      const done = await work(client)
      await writeAudit(client, { door: 'graphql', actor, requestId }, operation, done.audit)
      return { value: done.value, version: await readGraphVersion(client) }
    })
    // Whoever wrote reads what was written, also as the public and from memory.
    if (!(await graph.reached(version)))
      warnings.push(
        `The change is committed as graph version ${version}. This server does not see it yet: it last read the database ${graph.freshness().ageSeconds} seconds ago.`,
      )
    return { kind: 'done', value }
  } catch (error) {
    if (error instanceof RefusedError) return { kind: 'refused', refusal: error.refusal }
    throw error
  }
}
