import type { ClientBase, Pool } from 'pg'
import { readBinaryCopy } from '../../../database/tables/binary-copy.ts'
import { within } from '../../../database/connection/silence.ts'
import { withTransaction } from '../../../database/connection/transaction.ts'
import { toRfc3339 } from '../../../domain/timestamp.ts'
import { inTurns } from '../../../graph/in-turns.ts'
import { moveInTurns, type EdgeChange, type EntityChange } from '../../../graph/move-snapshot.ts'
import type { GraphState, Snapshot } from '../../../graph/snapshot.ts'
import { HeapFullError } from '../../../graph/columns/text-heap.ts'
import { uuidText } from '../../../graph/columns/uuid-index.ts'
import { edgeColumns, entityColumns, readEdgeRow, readEntityRow, UnknownTermError } from './graph-rows.ts'
import { loadSnapshot, SnapshotTooLargeError } from './load-snapshot.ts'
import { MemoryGraph } from './memory-graph.ts'
import { loadSideTables, staleSideTables } from './side-tables.ts'

export interface DatabaseState extends GraphState {
  readonly tables: Readonly<Record<string, number>>
}

const stateSql = `
  SELECT v.version::float8 AS version, v.changed_at::text AS "changedAt", v.tables,
    coalesce(c.position, 0)::float8 AS position, c.changed_at::text AS "lastChangeAt"
  FROM kb_graph_version v
  LEFT JOIN (SELECT position, changed_at FROM kb_changes ORDER BY position DESC LIMIT 1) c ON true`

/** The state that a client sees; gives up after `withinMs` even on a silent connection, which the pool then closes. */
export async function readGraphState(client: ClientBase | Pool, withinMs?: number): Promise<DatabaseState> {
  const { rows } = await client.query<DatabaseState>({
    text: stateSql,
    ...(withinMs !== undefined && within(withinMs)),
  })
  const { version, changedAt, tables, position, lastChangeAt } = rows[0]!
  return {
    version,
    changedAt: toRfc3339(changedAt),
    tables,
    position,
    lastChangeAt: lastChangeAt === null ? null : toRfc3339(lastChangeAt),
  }
}

const vocabulary = ['kb_kinds', 'kb_relations', 'kb_domains']
/** Beyond this, a full read is faster. */
const mostChanges = 20_000

/** A graph with applied changes may take this much more memory than a freshly read one. */
export const roomToMove = 1.25

/**
 * The current graph: a known one plus its changes, or a full read if there is none, the vocabulary or history changed, or there
 * are too many changes.
 * @throws SnapshotTooLargeError above `maxBytes`
 */
export async function readGraph(
  pool: Pool,
  known: MemoryGraph | null,
  maxBytes: number,
): Promise<MemoryGraph> {
  const moved = known && (await tryToMove(pool, known))
  if (moved !== null && moved.byteSize <= maxBytes * roomToMove) return moved
  return withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
    const state = await readGraphState(client)
    const snapshot = await loadSnapshot(client, state, maxBytes)
    const graph = new MemoryGraph(snapshot, await loadSideTables(client, null), state.tables)
    if (graph.byteSize > maxBytes) throw new SnapshotTooLargeError(maxBytes)
    return graph
  })
}

/** Null if a full read is needed, in its own transaction: an abandoned COPY ends its connection. */
async function tryToMove(pool: Pool, known: MemoryGraph): Promise<MemoryGraph | null> {
  try {
    return await withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
      const state = await readGraphState(client)
      const count = await countChanges(client, known, state)
      if (count === null) return null
      await inTurns(known.snapshot.lineage.reserve(count))
      return moveGraph(client, known, state)
    })
  } catch (error) {
    if (error instanceof UnknownTermError || error instanceof HeapFullError) return null
    throw error
  }
}

/** How many changes behind a graph is; null if it cannot be followed. */
async function countChanges(
  client: ClientBase,
  known: MemoryGraph,
  state: DatabaseState,
): Promise<number | null> {
  const { snapshot, tables } = known
  const { position } = snapshot.state
  if (vocabulary.some((table) => tables[table] !== state.tables[table])) return null
  if (isMostlyStale(snapshot)) return null
  if (position === 0 || (await isOtherHistory(client, snapshot.state, state))) return null
  const { rows } = await client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM (SELECT FROM kb_changes WHERE position > $1 LIMIT $2) c',
    [position, mostChanges],
  )
  const { count } = rows[0]!
  return count < mostChanges ? count : null
}

/** Whether a later state does not continue a known one: its feed has another change, or none, at that position. */
export async function isOtherHistory(
  client: ClientBase | Pool,
  { version, position, lastChangeAt }: GraphState,
  later: GraphState,
): Promise<boolean> {
  if (later.version < version || later.position < position) return true
  const { rows } = await client.query<{ moment: string }>(
    'SELECT changed_at::text AS moment FROM kb_changes WHERE position = $1',
    [position],
  )
  return position > 0 && (rows[0] === undefined || toRfc3339(rows[0].moment) !== lastChangeAt)
}

/** Stale rows waste memory, so reload. */
function isMostlyStale({ staleRows, nodeCount, edgeCount }: Snapshot): boolean {
  return staleRows > 10_000 + (nodeCount + edgeCount) / 2
}

async function moveGraph(client: ClientBase, known: MemoryGraph, state: DatabaseState): Promise<MemoryGraph> {
  const { snapshot, nouns, tables } = known
  const since = `FROM kb_changes c WHERE c.position > ${snapshot.state.position} AND c.superseded_at IS NULL AND c.subject_type =`
  const entities: EntityChange[] = []
  const edges: EdgeChange[] = []
  if (state.position > snapshot.state.position) {
    const { lineage } = snapshot
    await readBinaryCopy(
      client,
      `SELECT c.is_public, c.subject_key, ${entityColumns.ofFeed} ${since} 'Entity'`,
      entityColumns.count + 2,
      (row) => {
        const entity = row.boolean(0) ? readEntityRow(row, 2, lineage) : null
        entities.push({
          id: uuidText(row.slice(2), 0),
          slug: row.ascii(1),
          row: entity && lineage.entities.append(entity),
        })
      },
    )
    await readBinaryCopy(
      client,
      `SELECT c.is_public, ${edgeColumns.ofFeed} ${since} 'GraphEdge'`,
      edgeColumns.count + 1,
      (row) => {
        const number = row.boolean(0) ? lineage.edges.append(readEdgeRow(row, 1, lineage)) : null
        edges.push({
          id: uuidText(row.slice(1), 0),
          edge: number === null ? null : { number, source: row.ascii(3), target: row.ascii(4) },
        })
      },
    )
  }
  const stale = staleSideTables(tables, state.tables)
  return new MemoryGraph(
    await inTurns(moveInTurns(snapshot, state, entities, edges)),
    stale.size === 0 ? nouns : await loadSideTables(client, { nouns, stale }),
    state.tables,
  )
}
