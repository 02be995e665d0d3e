import { getWorkflow } from '../../resolvers/workflow.ts'
import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { saveWorkflow } from '../../resolvers/edit/save-workflow.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { EntityLookup } from '../graph/entity-connection.ts'
import { MediaLookup } from '../graph/media.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { ConflictError, ForbiddenError, ValidationError } from '../base/user-errors.ts'
import { Workflow } from '../graph/workflow.ts'

const WorkflowStepInput = builder.inputType('WorkflowStepInput', {
  fields: (t) => ({
    title: t.string({ required: true }),
    body: t.string(),
    entity: t.field({ type: EntityLookup }),
    media: t.field({ type: MediaLookup }),
    dependsOn: t.intList({ required: true, defaultValue: [] }),
    attributes: t.field({ type: 'JSON' }),
  }),
})

const SaveWorkflowInput = builder.inputType('SaveWorkflowInput', {
  fields: (t) => ({
    slug: t.field({ type: 'Key', required: true }),
    expectedRevision: t.int(),
    title: t.string({ required: true }),
    summary: t.string(),
    steps: t.field({ type: [WorkflowStepInput], required: true }),
  }),
})

interface SuccessShape {
  readonly __typename: 'SaveWorkflowSuccess'
  readonly id: string
}
const SaveWorkflowSuccess = builder.objectRef<SuccessShape>('SaveWorkflowSuccess')
SaveWorkflowSuccess.implement({
  fields: (t) => ({
    workflow: t.field({
      type: Workflow,
      resolve: ({ id }, _, context) => getWorkflow(context, { id: encodeGlobalId('Workflow', id) }) as never,
    }),
  }),
})
const SaveWorkflowResult = resultUnion('SaveWorkflowResult', [
  SaveWorkflowSuccess,
  ValidationError,
  ConflictError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  saveWorkflow: t.field({
    type: SaveWorkflowResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: SaveWorkflowInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await saveWorkflow(context, input), (id) => ({ __typename: 'SaveWorkflowSuccess', id })),
  }),
}))
