import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { pageArray } from '../../resolvers/array-list.ts'
import { getProvenanceRun } from '../../resolvers/provenance.ts'
import { upsertGraph, type UpsertedGraph } from '../../resolvers/edit/upsert-graph.ts'
import { builder } from '../base/builder.ts'
import { forwardArguments } from '../base/connection.ts'
import { withDirectives } from '../base/directives.ts'
import { PublicationStatus } from '../graph/filters.ts'
import { GraphChangeConnection } from '../history/graph-change.ts'
import { OperationMode } from '../ops/operation-run.ts'
import { ProvenanceRun } from '../graph/provenance.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { TableCount } from '../ops/table-count.ts'
import { ForbiddenError, ValidationError } from '../base/user-errors.ts'

const UpsertEntityInput = builder.inputType('UpsertEntityInput', {
  fields: (t) => ({
    slug: t.field({ type: 'Key', required: true }),
    kind: t.field({ type: 'Key', required: true }),
    title: t.string({ required: true }),
    domain: t.field({ type: 'Key' }),
    summary: t.string(),
    url: t.field({ type: 'URL' }),
    status: t.field({ type: PublicationStatus, required: true, defaultValue: 'PUBLISHED' }),
    tags: t.stringList({ required: true, defaultValue: [] }),
    attributes: t.field({ type: 'JSON' }),
  }),
})
const UpsertEdgeInput = builder.inputType('UpsertEdgeInput', {
  fields: (t) => ({
    relation: t.field({ type: 'Key', required: true }),
    source: t.field({ type: 'Key', required: true }),
    target: t.field({ type: 'Key', required: true }),
    label: t.string(),
    weight: t.float(),
    attributes: t.field({ type: 'JSON' }),
  }),
})
const UpsertGraphInput = builder.inputType('UpsertGraphInput', {
  fields: (t) => ({
    mode: t.field({ type: OperationMode, required: true, defaultValue: 'DRY_RUN' }),
    entities: t.field({ type: [UpsertEntityInput], required: true, defaultValue: [] }),
    edges: t.field({ type: [UpsertEdgeInput], required: true, defaultValue: [] }),
    run: t.id(),
    idempotencyKey: t.string(),
  }),
})

const UpsertGraphSuccess = builder.objectRef<UpsertedGraph & { readonly __typename: string }>(
  'UpsertGraphSuccess',
)
UpsertGraphSuccess.implement({
  fields: (t) => ({
    mode: t.expose('mode', { type: OperationMode }),
    counts: t.field({
      type: [TableCount],
      resolve: ({ counts }) =>
        Object.keys(counts)
          .sort()
          .map((table) => ({ table, ...counts[table]! })),
    }),
    run: t.field({
      type: ProvenanceRun,
      nullable: true,
      resolve: ({ runId }, _, context) =>
        runId === null ? null : getProvenanceRun(context, { id: encodeGlobalId('ProvenanceRun', runId) }),
    }),
    planHash: t.expose('planHash', { type: 'SHA256' }),
    changes: t.field({
      type: GraphChangeConnection,
      args: forwardArguments,
      resolve: ({ changes, planHash }, args, { cursorKey }) =>
        pageArray(changes, args, cursorKey, ['upsert', planHash]),
    }),
  }),
})
const UpsertGraphResult = resultUnion('UpsertGraphResult', [
  UpsertGraphSuccess,
  ValidationError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  upsertGraph: t.field({
    type: UpsertGraphResult,
    nullable: true,
    description: 'Entities, tags, edges and sources in one transaction, by slug; all or nothing.',
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: UpsertGraphInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await upsertGraph(context, input), (value) => ({
        __typename: 'UpsertGraphSuccess',
        ...value,
      })),
  }),
}))
