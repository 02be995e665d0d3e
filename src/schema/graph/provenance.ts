import type { DocumentRecord, ProvenanceRunRecord, SourceRecord } from '../../readers/provenance-reader.ts'
import { listEntities } from '../../resolvers/entity.ts'
import {
  getProvenanceRun,
  getRunOfSource,
  listDocuments,
  listProvenanceRuns,
} from '../../resolvers/provenance.ts'
import { builder } from '../base/builder.ts'
import { connectionOf, nodeSelection, pagingArguments, wantedOf } from '../base/connection.ts'
import { semanticNonNull, withDirectives } from '../base/directives.ts'
import { GraphEdge } from './edge.ts'
import { edgeFields } from './edge-fields.ts'
import { Entity } from './entity.ts'
import { EntityConnection } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { StringFilter } from './filters.ts'
import { globalId, Node } from '../base/node.ts'
import { RunStatus } from '../ops/run-status.ts'
import { selectionOf } from '../base/selection.ts'

export const SourceRank = builder.enumType('SourceRank', {
  values: ['PREFERRED', 'NORMAL', 'DEPRECATED'] as const,
})

const SourceDocument = builder.objectRef<DocumentRecord>('SourceDocument')
SourceDocument.implement({
  fields: (t) => ({
    uri: t.expose('uri', { type: 'URL' }),
    title: t.exposeString('title', { nullable: true }),
    retrievedAt: t.expose('retrievedAt', { type: 'DateTime', nullable: true }),
    contentHash: t.expose('documentHash', { type: 'SHA256', nullable: true }),
    license: t.expose('license', { type: 'URL', nullable: true }),
  }),
})

export const ProvenanceRun = builder.objectRef<ProvenanceRunRecord>('ProvenanceRun')
ProvenanceRun.implement({
  description: 'One import, edit or derivation (kb_provenance_runs): a PROV Activity.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('ProvenanceRun') }),
    key: t.expose('key', { type: 'Key' }),
    tool: t.exposeString('tool'),
    toolVersion: t.exposeString('toolVersion', { nullable: true }),
    agent: t.exposeString('agent', {
      nullable: true,
      description: 'Person or service: PROV Agent. Not told to the public.',
    }),
    gitCommit: t.exposeString('gitCommit', { nullable: true }),
    status: t.expose('status', { type: RunStatus }),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    inputHash: t.expose('inputHash', { type: 'SHA256', nullable: true }),
    outputHash: t.expose('outputHash', { type: 'SHA256', nullable: true }),
    parameters: t.expose('parameters', { type: 'JSON', nullable: true }),
    used: t.field({ type: [SourceDocument], resolve: ({ id }, _, context) => listDocuments(context, id) }),
    entities: t.field({
      type: EntityConnection,
      args: pagingArguments,
      resolve: ({ id }, args, context, info) => {
        const selection = selectionOf(info)
        const fields = entityFields(nodeSelection(selection))
        return listEntities(context, args, wantedOf(selection), fields, { of: 'run', id })
      },
    }),
  }),
})

const EntitySource = builder.objectRef<SourceRecord>('EntitySource')
EntitySource.implement({
  description: "A statement's reference (kb_entity_sources): which fields, from where, how sure.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('EntitySource') }),
    entity: t.field({
      type: Entity,
      nullable: true,
      resolve: ({ entityId }, _, { reader }, info) =>
        entityId === null ? null : reader.entity({ by: 'id', id: entityId }, entityFields(selectionOf(info))),
    }),
    edge: t.field({
      type: GraphEdge,
      nullable: true,
      resolve: ({ edgeId }, _, { reader }, info) =>
        edgeId === null ? null : reader.edge(edgeId, edgeFields(selectionOf(info))),
    }),
    run: t.field({ type: ProvenanceRun, resolve: ({ runId }, _, context) => getRunOfSource(context, runId) }),
    document: t.field({ type: SourceDocument, resolve: (source) => source }),
    locator: t.exposeString('locator', {
      nullable: true,
      description: 'Where in the document: page, selector or JSON pointer.',
    }),
    excerpt: t.exposeString('excerpt', { nullable: true }),
    supports: t.exposeStringList('supports', {
      description: 'Fields of the subject this supports; empty means all.',
    }),
    confidence: t.exposeFloat('confidence', { nullable: true }),
    rank: t.expose('rank', { type: SourceRank }),
  }),
})

export const EntitySourceConnection = connectionOf(
  () => EntitySource,
  'EntitySourceConnection',
  'EntitySourceEdge',
)
const ProvenanceRunConnection = connectionOf(
  () => ProvenanceRun,
  'ProvenanceRunConnection',
  'ProvenanceRunEdge',
)

const ProvenanceRunLookup = builder.inputType('ProvenanceRunLookup', {
  isOneOf: true,
  fields: (t) => ({ id: t.id(), key: t.field({ type: 'Key' }) }),
})

builder.queryFields((t) => ({
  provenanceRun: t.field({
    type: ProvenanceRun,
    nullable: true,
    args: { by: t.arg({ type: ProvenanceRunLookup, required: true }) },
    resolve: (_, { by }, context) => getProvenanceRun(context, by),
  }),
  provenanceRuns: t.field({
    type: ProvenanceRunConnection,
    nullable: true,
    ...withDirectives(semanticNonNull),
    args: {
      status: t.arg({ type: [RunStatus] }),
      tool: t.arg({ type: StringFilter }),
      ...pagingArguments,
    },
    resolve: (_, args, context, info) => listProvenanceRuns(context, args, wantedOf(selectionOf(info))),
  }),
}))
