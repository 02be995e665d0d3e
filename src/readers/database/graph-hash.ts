import type { ClientBase, Pool } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { withTransaction } from '../../database/connection/transaction.ts'
import type { DomainContent, KindContent, RelationContent } from '../../domain/graph/graph-content.ts'
import { publicView, textInView, visible, type View } from './sql/view.ts'
import { hashGraph, hashJson, hashTable } from '../../domain/hash.ts'

export interface GraphState {
  /** Increases with every commit, drafts included. */
  readonly version: number
  /** SHA-256 of the published content, without ids and times. */
  readonly hash: string
}

/** The current state, or the one that the client's transaction sees. */
export type GraphHash = (client?: ClientBase) => Promise<GraphState>

/** Hashes the published graph. Cached by graph version; concurrent callers share a computation. */
export function createGraphHash(pool: Pool, view: View = publicView): GraphHash {
  let known: GraphState | null = null
  let running: { readonly version: number; readonly state: Promise<GraphState> } | null = null

  async function stateSeenBy(client: ClientBase): Promise<GraphState> {
    const version = await readVersion(client)
    if (known?.version !== version) known = { version, hash: await computeHash(client, view) }
    return known
  }

  return async (client) => {
    if (client !== undefined) return stateSeenBy(client)
    const version = await readVersion(pool)
    if (known?.version === version) return known
    if (running?.version === version) return running.state
    const state = withTransaction(pool, 'REPEATABLE READ READ ONLY', stateSeenBy)
    const flight = { version, state }
    running = flight
    const forget = () => void (running === flight && (running = null))
    state.then(forget, forget)
    return state
  }
}

async function readVersion(client: Pick<ClientBase, 'query'> | Pool): Promise<number> {
  const { rows } = await client.query<{ version: string }>('SELECT version FROM kb_graph_version')
  return Number(rows[0]?.version ?? 0)
}

/** The SQL of `hashTable` (src/domain/hash.ts). */
const tableHash = (column: string) =>
  raw(
    `encode(sha256(convert_to(coalesce(string_agg(${column}, E'\\n' ORDER BY ${column} COLLATE "C"), ''), 'UTF8')), 'hex') AS hash`,
  )

async function computeHash(client: ClientBase, view: View): Promise<string> {
  const read = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows
  const kinds = await read<KindContent>(
    'SELECT key, label, description, iri, attribute_schema AS "attributeSchema" FROM kb_kinds',
  )
  const relations = await read<RelationContent>(
    `SELECT key, label, inverse_label AS "inverseLabel", description, is_symmetric AS "isSymmetric", iri,
       source_kinds AS "sourceKinds", target_kinds AS "targetKinds" FROM kb_relations`,
  )
  const domains = await read<DomainContent>('SELECT key, label, color, position FROM kb_domains')
  const [entities] = await read<{ hash: string }>(
    textInView(view, sql`SELECT ${tableHash('e.content_hash')} FROM kb_entities e WHERE ${visible('e')}`),
  )
  const [edges] = await read<{ hash: string }>(
    textInView(
      view,
      sql`SELECT ${tableHash('e.content_hash')} FROM kb_edges e
       JOIN kb_entities s ON s.slug = e.source_slug AND ${visible('s')}
       JOIN kb_entities t ON t.slug = e.target_slug AND ${visible('t')}`,
    ),
  )
  return hashGraph({
    kb_kinds: hashTable(kinds.map(hashJson)),
    kb_relations: hashTable(relations.map(hashJson)),
    kb_domains: hashTable(domains.map(hashJson)),
    kb_entities: entities!.hash,
    kb_edges: edges!.hash,
  })
}
