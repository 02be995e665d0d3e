import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { readChangesOf, readMoment } from '../../database/history/changes-of-moment.ts'
import type { GraphCounts } from '../../database/graph/counts.ts'
import { writeGraph } from '../../database/graph/writer.ts'
import { findKeyUse, keepKeyUse } from '../../database/access/idempotency-keys.ts'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { readVocabularyFacts } from '../../database/graph/vocabulary-facts.ts'
import type { EdgeContent, EntityContent } from '../../domain/graph/graph-content.ts'
import { hashJson } from '../../domain/hash.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { refuseIssues, RefusedError } from '../../domain/refusal.ts'
import { actorName } from '../../domain/access/role.ts'
import { valueIssues } from '../../domain/text/text-issues.ts'
import { validateUpsert } from '../../domain/graph/validate-upsert.ts'
import { countCharacters } from '../../domain/text/visible-text.ts'
import { toChange, type Change } from '../change.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'
import type { CreateEntityInput } from './write-entity.ts'
import { insertRun, requireRun } from './write-source.ts'

export interface UpsertGraphInput {
  readonly mode: 'DRY_RUN' | 'APPLY'
  readonly entities: readonly Omit<CreateEntityInput, 'source'>[]
  readonly edges: readonly UpsertEdgeInput[]
  readonly run?: string | null | undefined
  readonly idempotencyKey?: string | null | undefined
}
export interface UpsertEdgeInput {
  readonly relation: string
  readonly source: string
  readonly target: string
  readonly label?: string | null | undefined
  readonly weight?: number | null | undefined
  readonly attributes?: unknown
}

export interface UpsertedGraph {
  readonly mode: UpsertGraphInput['mode']
  readonly counts: GraphCounts
  readonly runId: string | null
  /** Hash of the changes; equal for a dry run and a later apply of the same input. */
  readonly planHash: string
  readonly changes: readonly Change[]
}

interface Kept {
  readonly counts: GraphCounts
  readonly runId: string
  readonly moment: string
}

const operation = 'upsertGraph'

/**
 * Writes entities and edges by key, all or nothing. Replaces their whole content, except map position and
 * weight, which the input lacks. A dry run rolls back.
 */
export function upsertGraph(
  context: MutationContext,
  input: UpsertGraphInput,
): Promise<MutationResult<UpsertedGraph>> {
  const { mode, idempotencyKey } = input
  const work = async (client: PoolClient) => {
    const use = idempotencyKey == null || mode === 'DRY_RUN' ? null : keyUse(context, input, idempotencyKey)
    const former = use && (await findKeyUse<Kept>(client, use))
    if (former !== null) {
      if (former.inputHash !== use!.inputHash) refuseOtherInput()
      return { value: await recall(client, mode, former.result), audit: [] }
    }
    const contents = await readContents(client, input)
    const runId = await chooseRun(client, context, input)
    const counts = await writeGraph({ client }, contents)
    const kept = { counts, runId, moment: await readMoment(client) }
    const value = await recall(client, mode, kept)
    if (mode === 'DRY_RUN') throw new DryRun(value)
    const isChanged = value.changes.length > 0
    if (isChanged && input.run == null) await insertRun(client, context.actor, runId, hashInput(input))
    if (use !== null) await keepKeyUse(client, use, kept)
    const details = { changes: value.changes.length, run: runId }
    const audit = isChanged ? [{ targetType: 'Graph', targetKey: value.planHash, details }] : []
    return { value, audit }
  }
  return mutate(context, operation, work, { isBulk: true }).catch((error: unknown) => {
    if (error instanceof DryRun) return { kind: 'done', value: error.value }
    throw error
  })
}

class DryRun extends Error {
  readonly value: UpsertedGraph

  constructor(value: UpsertedGraph) {
    super('a dry run is taken back')
    this.value = value
  }
}

function keyUse({ actor }: MutationContext, input: UpsertGraphInput, key: string) {
  const issues = valueIssues(key, '/idempotencyKey')
  if (key === '' || countCharacters(key) > 200)
    issues.push({ pointer: '/idempotencyKey', message: 'has 1 to 200 characters', rule: 'key.length' })
  refuseIssues(issues)
  return { actor: actorName('graphql', actor), operation, key, inputHash: hashInput(input) }
}

function hashInput({ entities, edges, run }: UpsertGraphInput): string {
  return hashJson({ entities, edges, run: run ?? null })
}

function refuseOtherInput(): never {
  const message = 'this key was used with different input; use a new key'
  const issue = { pointer: '/idempotencyKey', message, rule: 'key.reused' }
  throw new RefusedError({ kind: 'invalid', issues: [issue] })
}

/** The contents to write; fields that the input cannot express stay unchanged. */
async function readContents(client: PoolClient, { entities, edges }: UpsertGraphInput) {
  const slugs = new Set(
    entities.map(({ slug }) => slug).concat(edges.flatMap((edge) => [edge.source, edge.target])),
  )
  const { rows } = await client.query<
    { slug: string; kind: string } & Pick<EntityContent, 'position' | 'weight'>
  >(
    `SELECT slug, kind_key AS kind, weight,
       CASE WHEN position_x IS NOT NULL THEN jsonb_build_object('x', position_x, 'y', position_y) END AS position
     FROM kb_entities WHERE slug = ANY($1)`,
    [[...slugs]],
  )
  const there = new Map(rows.map((row) => [row.slug, row]))
  const contents = {
    entities: entities.map((entity): EntityContent => ({
      slug: entity.slug,
      kind: entity.kind,
      domain: entity.domain ?? null,
      title: entity.title,
      summary: entity.summary ?? null,
      url: entity.url ?? null,
      status: entity.status,
      tags: [...new Set(entity.tags)],
      attributes: (entity.attributes ?? {}) as JsonObject,
      position: there.get(entity.slug)?.position ?? null,
      weight: there.get(entity.slug)?.weight ?? null,
    })),
    edges: edges.map((edge): EdgeContent => ({
      relation: edge.relation,
      source: edge.source,
      target: edge.target,
      label: edge.label ?? null,
      weight: edge.weight ?? null,
      attributes: (edge.attributes ?? {}) as JsonObject,
    })),
  }
  const kinds = new Map(rows.map(({ slug, kind }) => [slug, kind]))
  refuseIssues(validateUpsert(contents.entities, contents.edges, await readVocabularyFacts(client), kinds))
  return contents
}

/** The run to attribute the write to. A new one is only stored if something refers to it. */
async function chooseRun(
  client: PoolClient,
  { actor }: MutationContext,
  { run }: UpsertGraphInput,
): Promise<string> {
  try {
    const runId = run == null ? randomUUID() : await requireRun(client, run)
    await setChangeAuthor(client, { actor: actorName('graphql', actor), runId })
    return runId
  } catch (error) {
    if (!(error instanceof RefusedError) || error.refusal.kind !== 'not-found') throw error
    const issue = { pointer: '/run', message: error.refusal.message, rule: 'run.known' }
    throw new RefusedError({ kind: 'invalid', issues: [issue] })
  }
}

/** The response, rebuilt from the idempotency record and the history. */
async function recall(
  client: PoolClient,
  mode: UpsertGraphInput['mode'],
  { counts, runId, moment }: Kept,
): Promise<UpsertedGraph> {
  const found = await readChangesOf(client, moment, runId)
  const changes = found.map((change) => toChange({ ...change, position: 0 }))
  const planHash = hashJson(
    changes.map(({ operation: what, subjectKey, patch }) => ({ what, subjectKey, patch })),
  )
  return { mode, counts, runId: changes.length === 0 ? null : runId, planHash, changes }
}
