import type { PoolClient } from 'pg'
import {
  deleteEdgeRows,
  findEdge,
  insertEdge,
  readEdge,
  updateEdgeRow,
  type StoredEdge,
} from '../../database/graph/edge-rows.ts'
import type { EntityLookup } from '../../database/graph/find-subjects.ts'
import { readFormerState } from '../../database/history/former-state.ts'
import { readVocabularyFacts } from '../../database/graph/vocabulary-facts.ts'
import { hashEdge, orientEdge } from '../../domain/graph/content-hash.ts'
import { decodeGlobalId } from '../../domain/graph/global-id.ts'
import type { EdgeContent, EdgeKey } from '../../domain/graph/graph-content.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { mergeThreeWay } from '../../domain/json/merge-three-way.ts'
import { refuseIssues, RefusedError } from '../../domain/refusal.ts'
import { statementIssues, validateEdge } from '../../domain/graph/validate-edge.ts'
import { requireEntity } from './entity-write.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'
import { beginRun, sourceIssues, writeSource, type SourceInput } from './write-source.ts'

export interface CreateEdgeInput extends EdgeStatement {
  readonly relation: string
  readonly source: EntityLookup
  readonly target: EntityLookup
  readonly from?: SourceInput | null | undefined
}
/** Omitted fields are unchanged; null clears. */
interface EdgeStatement {
  readonly label?: string | null | undefined
  readonly weight?: number | null | undefined
  readonly attributes?: unknown
}
export interface UpdateEdgeInput extends EdgeStatement {
  readonly id: string
  readonly expectedRevision: number
}
export type DeleteEdgeInput = Pick<UpdateEdgeInput, 'id' | 'expectedRevision'>

export interface DeletedEdge {
  readonly id: string
  readonly source: string
  readonly target: string
}

/** `source|relation|target`, as in the history. */
const keyOf = ({ source, relation, target }: EdgeKey) => `${source}|${relation}|${target}`

export function createEdge(
  context: MutationContext,
  input: CreateEdgeInput,
): Promise<MutationResult<string>> {
  return mutate(context, 'createEdge', async (client) => {
    const source = await requireEntity(client, input.source)
    const target = await requireEntity(client, input.target)
    const given: EdgeContent = {
      relation: input.relation,
      source: source.content.slug,
      target: target.content.slug,
      label: input.label ?? null,
      weight: input.weight ?? null,
      attributes: (input.attributes ?? {}) as JsonObject,
    }
    const vocabulary = await readVocabularyFacts(client)
    const ends = { source: source.content.kind, target: target.content.kind }
    refuseIssues([...validateEdge(given, ends, vocabulary), ...sourceIssues(input.from, '/from')])
    const edge = orientEdge(given, vocabulary.relations.get(given.relation)!.isSymmetric)
    const existing = await findEdge(client, edge)
    if (existing !== null)
      throw new RefusedError({
        kind: 'duplicate',
        message: `The edge ${keyOf(edge)} already exists; update it instead.`,
        existing: { nodeType: 'GraphEdge', id: existing.id },
      })
    const { from } = input
    const runId = from == null ? null : await beginRun(client, context.actor, from.run)
    const id = await insertEdge(client, edge)
    if (from != null) await writeSource(client, { edge: id }, runId!, from)
    return {
      value: id,
      audit: [{ targetType: 'GraphEdge', targetKey: keyOf(edge), afterHash: hashEdge(edge) }],
    }
  })
}

export function updateEdge(
  context: MutationContext,
  input: UpdateEdgeInput,
): Promise<MutationResult<string>> {
  return mutate(context, 'updateEdge', async (client) => {
    const edge = await requireEdge(client, input, (base) => applyInput(base, input))
    refuseIssues(statementIssues(input))
    const { id, content: before } = edge
    const after = applyInput(before, input)
    const afterHash = hashEdge(after)
    if (afterHash === hashEdge(before)) return { value: id, audit: [] }
    await updateEdgeRow(client, edge, after)
    return {
      value: id,
      audit: [{ targetType: 'GraphEdge', targetKey: keyOf(before), beforeHash: edge.contentHash, afterHash }],
    }
  })
}

/** Deletes an edge with its sources; the history keeps it. */
export function deleteEdge(
  context: MutationContext,
  input: DeleteEdgeInput,
): Promise<MutationResult<DeletedEdge>> {
  return mutate(context, 'deleteEdge', async (client) => {
    const { id, content, contentHash } = await requireEdge(client, input)
    await deleteEdgeRows(client, [id])
    return {
      value: { id, source: content.source, target: content.target },
      audit: [{ targetType: 'GraphEdge', targetKey: keyOf(content), beforeHash: contentHash }],
    }
  })
}

function applyInput(base: EdgeContent, { label, weight, attributes }: EdgeStatement): EdgeContent {
  return {
    ...base,
    label: label === undefined ? base.label : label,
    weight: weight === undefined ? base.weight : weight,
    attributes: attributes === undefined ? base.attributes : ((attributes ?? {}) as JsonObject),
  }
}

/** The edge, if the writer read its current revision. */
async function requireEdge(
  client: PoolClient,
  { id: globalId, expectedRevision }: DeleteEdgeInput,
  change?: (base: EdgeContent) => EdgeContent,
): Promise<StoredEdge> {
  const decoded = decodeGlobalId(globalId)
  const edge = decoded?.type === 'GraphEdge' ? await readEdge(client, decoded.id) : null
  if (edge === null)
    throw new RefusedError({
      kind: 'not-found',
      subject: globalId,
      message: 'There is no edge with this id.',
    })
  if (edge.revision === expectedRevision) return edge
  const base = change && (await readFormerState<EdgeContent>(client, edge.id, expectedRevision))
  throw new RefusedError({
    kind: 'conflict',
    message: `The edge ${keyOf(edge.content)} is at revision ${edge.revision}, not ${expectedRevision} as expected; read it again. Nothing was changed.`,
    expectedRevision,
    currentRevision: edge.revision,
    current: { nodeType: 'GraphEdge', id: edge.id },
    suggestedMerge:
      base && mergeThreeWay(statementOf(base), statementOf(change(base)), statementOf(edge.content)),
  })
}

function statementOf({ label, weight, attributes }: EdgeContent): JsonObject {
  return { label, weight, attributes }
}
