import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import { decodeGlobalId } from '../../domain/graph/global-id.ts'
import type { SourceContent } from '../../domain/graph/graph-content.ts'
import { RefusedError } from '../../domain/refusal.ts'
import { actorName, type Actor } from '../../domain/access/role.ts'
import { nameIssues, urlIssues, valueIssues } from '../../domain/text/text-issues.ts'

export interface SourceInput {
  /** Global id; default: a new run for this mutation. */
  readonly run?: string | null | undefined
  readonly uri: string
  readonly locator?: string | null | undefined
  readonly excerpt?: string | null | undefined
  readonly supports: readonly string[]
  readonly confidence?: number | null | undefined
  readonly rank: SourceContent['rank']
}

type Given = SourceInput | null | undefined

/** All problems of a source, located by `pointer` in the input. */
export function sourceIssues(source: Given, pointer: string): ContentIssue[] {
  if (source == null) return []
  const { uri, locator, excerpt, supports, confidence } = source
  const issues = [
    ...urlIssues(uri, `${pointer}/uri`),
    ...valueIssues(locator ?? null, `${pointer}/locator`),
    ...valueIssues(excerpt ?? null, `${pointer}/excerpt`),
    ...supports.flatMap((field, index) => nameIssues(field, `${pointer}/supports/${index}`, 'field', 200)),
  ]
  if (confidence != null && !(confidence >= 0 && confidence <= 1))
    issues.push({
      pointer: `${pointer}/confidence`,
      message: 'a confidence must be between 0 and 1',
      rule: 'confidence.range',
      allowed: { from: 0, to: 1 },
    })
  return issues
}

/** The provenance run of a mutation, existing or new, which later writes are attributed to. */
export async function beginRun(
  client: PoolClient,
  actor: Actor,
  run: string | null | undefined,
): Promise<string> {
  const runId = run == null ? randomUUID() : await requireRun(client, run)
  await setChangeAuthor(client, { actor: actorName('graphql', actor), runId })
  if (run == null) await insertRun(client, actor, runId)
  return runId
}

/** Resolves a run's global id, or throws `not-found`. */
export async function requireRun(client: PoolClient, globalId: string): Promise<string> {
  const decoded = decodeGlobalId(globalId)
  const id = decoded?.type === 'ProvenanceRun' ? decoded.id : null
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM kb_provenance_runs WHERE id = $1::uuid',
    [id],
  )
  if (rows[0] !== undefined) return rows[0].id
  const message = 'There is no provenance run with this id; omit it to create one for this mutation.'
  throw new RefusedError({ kind: 'not-found', subject: globalId, message })
}

/** Stores a mutation as a run of its own. */
export async function insertRun(
  client: PoolClient,
  actor: Actor,
  id: string,
  inputHash: string | null = null,
): Promise<void> {
  await client.query(
    `INSERT INTO kb_provenance_runs (id, key, tool, agent, status, input_hash, started_at, ended_at)
     VALUES ($1::uuid, 'graphql/' || $1::uuid, 'graphql', $2, 'SUCCEEDED', $3, now(), clock_timestamp())`,
    [id, actorName('graphql', actor), inputHash],
  )
}

export async function writeSource(
  client: PoolClient,
  subject: { readonly entity: string } | { readonly edge: string },
  runId: string,
  { uri, locator, excerpt, supports, confidence, rank }: SourceInput,
): Promise<void> {
  const { entity, edge } = { entity: null, edge: null, ...subject }
  await client.query(
    `DELETE FROM kb_entity_sources WHERE (entity_id = $1 OR edge_id = $2) AND uri = $3
       AND coalesce(locator, '') = coalesce($4, '')`,
    [entity, edge, uri, locator ?? null],
  )
  await client.query(
    `INSERT INTO kb_entity_sources (entity_id, edge_id, run_id, uri, locator, excerpt, supports, confidence, rank, retrieved_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())`,
    [entity, edge, runId, uri, locator ?? null, excerpt ?? null, supports, confidence ?? null, rank],
  )
}
