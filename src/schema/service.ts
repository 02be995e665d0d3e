import { hash } from 'node:crypto'
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql'
import type { GraphStatistics as StatisticsRecord } from '../readers/vocabulary-reader.ts'
import type { BudgetState } from '../domain/budget.ts'
import { maximumPageSize } from '../domain/paging/page.ts'
import { instantOf } from '../domain/timestamp.ts'
import { maximumTraversalDepth } from '../domain/graph/walk-limits.ts'
import type { Reader } from '../readers/reader.ts'
import { describeSnapshot, type SnapshotFacts } from '../resolvers/snapshot.ts'
import { readAsOf } from '../resolvers/as-of.ts'
import { GraphRef } from './graph/as-of.ts'
import { builder } from './base/builder.ts'
import type { ServiceLimits } from './base/context.ts'
import { semanticNonNull, withDirectives } from './base/directives.ts'
import { FacetBucket } from './graph/entity-connection.ts'
import { StorageBackendKind } from './content/storage.ts'

const Capability = builder.enumType('Capability', {
  values: [
    'LEXICAL_SEARCH',
    'FUZZY_SEARCH',
    'SEMANTIC_SEARCH',
    'SUBSCRIPTIONS',
    'TIME_TRAVEL',
    'BULK_EXPORT',
    'PERSISTED_ONLY',
  ] as const,
})

const schemaHashes = new WeakMap<GraphQLSchema, string>()
/** SHA-256 of the sorted schema, independent of declaration order. */
function schemaHashOf(schema: GraphQLSchema): string {
  let found = schemaHashes.get(schema)
  if (!found) {
    found = hash('sha256', printSchema(lexicographicSortSchema(schema)))
    schemaHashes.set(schema, found)
  }
  return found
}

const Limits = builder.objectRef<ServiceLimits>('Limits')
Limits.implement({
  fields: (t) => ({
    maxDepth: t.exposeInt('maxDepth'),
    maxCost: t.exposeInt('maxCost'),
    maxPageSize: t.int({ resolve: () => maximumPageSize }),
    maxTraversalDepth: t.int({ resolve: () => maximumTraversalDepth }),
    timeoutMs: t.exposeInt('operationTimeoutMs'),
  }),
})

const RateLimit = builder.objectRef<BudgetState>('RateLimit')
RateLimit.implement({
  description:
    'As GitHub: select it to see what the operation costs; dryRun skips nothing else in the operation.',
  fields: (t) => ({
    limit: t.exposeInt('limit'),
    cost: t.exposeInt('cost'),
    remaining: t.exposeInt('remaining'),
    used: t.exposeInt('used'),
    resetAt: t.field({ type: 'DateTime', resolve: ({ resetAt }) => instantOf(resetAt) }),
    nodeCount: t.exposeInt('nodes'),
  }),
})

const SnapshotSource = builder.enumType('SnapshotSource', { values: ['DATABASE', 'DISK'] as const })
const Snapshot = builder.objectRef<SnapshotFacts>('Snapshot')
Snapshot.implement({
  fields: (t) => ({
    version: t.expose('version', { type: 'Long' }),
    loadedFrom: t.expose('loadedFrom', { type: SnapshotSource }),
    ageSeconds: t.exposeInt('ageSeconds', { description: 'Seconds since it was known to be current.' }),
    entityCount: t.exposeInt('entityCount'),
    edgeCount: t.exposeInt('edgeCount'),
    byteSize: t.expose('byteSize', { type: 'Long' }),
  }),
})

const Service = builder.objectRef<object>('Service')
Service.implement({
  fields: (t) => ({
    version: t.string({ resolve: (_, __, { service }) => service.version }),
    gitCommit: t.string({ nullable: true, resolve: (_, __, { service }) => service.gitCommit }),
    schemaHash: t.field({ type: 'SHA256', resolve: (_, __, ___, info) => schemaHashOf(info.schema) }),
    graphHash: t.field({ type: 'SHA256', resolve: (_, __, { reader }) => reader.graphHash() }),
    graphVersion: t.field({
      type: 'Long',
      description: 'Moves with every committed change of the graph.',
      resolve: (_, __, { reader }) => reader.graphVersion(),
    }),
    snapshot: t.field({
      type: Snapshot,
      nullable: true,
      description: 'The graph in memory that answers the public; null if the database does.',
      resolve: (_, __, { graph }) => describeSnapshot(graph),
    }),
    databaseReachable: t.boolean({ resolve: (_, __, { service }) => service.isDatabaseReachable() }),
    storage: t.field({ type: StorageBackendKind, resolve: (_, __, { service }) => service.storage }),
    capabilities: t.field({
      type: [Capability],
      resolve: (_, __, { service }) => [
        ...(['LEXICAL_SEARCH', 'FUZZY_SEARCH', 'SUBSCRIPTIONS', 'TIME_TRAVEL'] as const),
        ...(service.isTrustedOnly ? (['PERSISTED_ONLY'] as const) : []),
      ],
    }),
    limits: t.field({ type: Limits, resolve: (_, __, { service }) => service.limits }),
    license: t.string({ resolve: () => 'MIT' }),
  }),
})

const GraphStatistics = builder.objectRef<StatisticsRecord & { readonly via: Reader }>('GraphStatistics')
GraphStatistics.implement({
  fields: (t) => ({
    entityCount: t.exposeInt('entityCount'),
    edgeCount: t.exposeInt('edgeCount'),
    componentCount: t.int({ resolve: ({ via }) => via.componentCount() }),
    isolatedCount: t.exposeInt('isolatedCount'),
    density: t.float({
      description: 'Edges over the pairs that could have one: E / (N (N - 1)).',
      resolve: ({ entityCount: n, edgeCount: e }) => (n < 2 ? 0 : e / (n * (n - 1))),
    }),
    byKind: t.expose('byKind', { type: [FacetBucket] }),
    byRelation: t.expose('byRelation', { type: [FacetBucket] }),
    byDomain: t.expose('byDomain', { type: [FacetBucket] }),
    hash: t.field({ type: 'SHA256', resolve: ({ via }) => via.graphHash() }),
    computedAt: t.expose('computedAt', { type: 'DateTime' }),
  }),
})

builder.queryFields((t) => ({
  service: t.field({ type: Service, resolve: () => ({}) }),
  rateLimit: t.field({
    type: RateLimit,
    nullable: true,
    args: { dryRun: t.arg.boolean({ defaultValue: false }) },
    resolve: (_, { dryRun }, { budget }) => {
      const state = budget.state()
      if (dryRun !== true) return state
      return {
        ...state,
        used: state.used - state.cost,
        remaining: Math.min(state.remaining + state.cost, state.limit),
      }
    },
  }),
  statistics: t.field({
    type: GraphStatistics,
    nullable: true,
    ...withDirectives(semanticNonNull),
    args: { asOf: t.arg({ type: GraphRef }) },
    resolve: (_, { asOf }, context) =>
      readAsOf(context, asOf, async ({ reader }) => ({ ...(await reader.statistics()), via: reader })),
  }),
}))
