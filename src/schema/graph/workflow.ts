import type { WorkflowFilter } from '../../domain/graph/filter.ts'
import type { StepRecord, WorkflowRecord } from '../../readers/workflow-reader.ts'
import { listEntities } from '../../resolvers/entity.ts'
import {
  getWorkflow,
  getWorkflowOfStep,
  listDependencies,
  listSteps,
  listWorkflows,
} from '../../resolvers/workflow.ts'
import { builder } from '../base/builder.ts'
import { connectionOf, nodeSelection, pagingArguments, wantedOf } from '../base/connection.ts'
import { semanticNonNull, withDirectives } from '../base/directives.ts'
import { Entity } from './entity.ts'
import { EntityConnection } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { EntityFilterInput, KeyFilter, PublicationStatus, StringFilter } from './filters.ts'
import { MediaObject } from './media.ts'
import { globalId, Node } from '../base/node.ts'
import { selectionOf } from '../base/selection.ts'

export const Workflow = builder.objectRef<WorkflowRecord>('Workflow')
const WorkflowStep = builder.objectRef<StepRecord>('WorkflowStep')

Workflow.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('Workflow') }),
    slug: t.expose('slug', { type: 'Key' }),
    title: t.exposeString('title'),
    summary: t.exposeString('summary', { nullable: true }),
    status: t.expose('status', { type: PublicationStatus }),
    steps: t.field({
      type: [WorkflowStep],
      description: 'In order of `position`.',
      resolve: ({ id }, _, context) => listSteps(context, id),
    }),
    entities: t.field({
      type: EntityConnection,
      args: pagingArguments,
      resolve: ({ id }, args, context, info) => {
        const selection = selectionOf(info)
        const fields = entityFields(nodeSelection(selection))
        return listEntities(context, args, wantedOf(selection), fields, { of: 'workflow', id })
      },
    }),
    revision: t.exposeInt('revision'),
  }),
})

WorkflowStep.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('WorkflowStep') }),
    workflow: t.field({
      type: Workflow,
      resolve: ({ workflowId }, _, context) => getWorkflowOfStep(context, workflowId),
    }),
    position: t.exposeInt('position'),
    title: t.exposeString('title'),
    body: t.exposeString('body', { nullable: true }),
    entity: t.field({
      type: Entity,
      nullable: true,
      resolve: ({ entityId }, _, { reader }, info) =>
        entityId === null ? null : reader.entity({ by: 'id', id: entityId }, entityFields(selectionOf(info))),
    }),
    media: t.field({
      type: MediaObject,
      nullable: true,
      resolve: ({ mediaId }, _, { reader }) =>
        mediaId === null ? null : reader.media({ by: 'id', id: mediaId }),
    }),
    dependsOn: t.field({
      type: [WorkflowStep],
      resolve: ({ id }, _, context) => listDependencies(context, id),
    }),
    attributes: t.expose('attributes', { type: 'JSON' }),
  }),
})

export const WorkflowConnection = connectionOf(() => Workflow, 'WorkflowConnection', 'WorkflowEdge')

const WorkflowFilterInput = builder.inputRef<WorkflowFilter>('WorkflowFilter').implement({
  fields: (t) => ({
    slug: t.field({ type: KeyFilter }),
    title: t.field({ type: StringFilter }),
    status: t.field({ type: [PublicationStatus] }),
    entity: t.field({ type: EntityFilterInput }),
  }),
})
const WorkflowLookup = builder.inputType('WorkflowLookup', {
  isOneOf: true,
  fields: (t) => ({ id: t.id(), slug: t.field({ type: 'Key' }) }),
})

builder.queryFields((t) => ({
  workflow: t.field({
    type: Workflow,
    nullable: true,
    args: { by: t.arg({ type: WorkflowLookup, required: true }) },
    resolve: (_, { by }, context) => getWorkflow(context, by),
  }),
  workflows: t.field({
    type: WorkflowConnection,
    nullable: true,
    ...withDirectives(semanticNonNull),
    args: { where: t.arg({ type: WorkflowFilterInput }), ...pagingArguments },
    resolve: (_, args, context, info) => listWorkflows(context, args, wantedOf(selectionOf(info))),
  }),
}))
