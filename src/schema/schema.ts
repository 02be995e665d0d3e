import { GraphQLSchema, specifiedDirectives, type GraphQLEnumType } from 'graphql'
import { builder } from './base/builder.ts'
import { directives } from './base/directives.ts'
import './base/scalars.ts'
import './graph/vocabulary.ts'
import './graph/entity.ts'
import './graph/edge.ts'
import './graph/path.ts'
import './graph/subgraph.ts'
import './edit/write-entity.ts'
import './edit/remove-entity.ts'
import './ops/redact-entity.ts'
import './edit/tag-entities.ts'
import './edit/write-edge.ts'
import './edit/upsert-graph.ts'
import './graph/media.ts'
import './edit/media-upload.ts'
import './edit/change-media.ts'
import './ops/rebuild-derivatives.ts'
import './graph/workflow.ts'
import './edit/save-workflow.ts'
import './graph/provenance.ts'
import './history/history.ts'
import './history/live.ts'
import './graph/search.ts'
import './service.ts'
import './viewer.ts'
import './content/content-state.ts'
import './content/save-content-state.ts'
import './ops/ops.ts'
import './ops/drift.ts'
import './ops/parity.ts'
import './ops/backup-drill.ts'
import './ops/rollback-plan.ts'
import './ops/migration.ts'
import './ops/run-migration.ts'
import './ops/generic-operation.ts'
import './ops/release-gate.ts'
import './ops/blob-fallback.ts'
import './content/storage-status.ts'
import './base/user-errors.ts'
import { rejectFailures } from './base/reject-failures.ts'
import { createRoleDirective, enforceRoles } from './base/roles.ts'

export const schema: GraphQLSchema = createSchema()

function createSchema(): GraphQLSchema {
  const unguarded = builder.toSchema({ directives: [...specifiedDirectives, ...directives] })
  const role = unguarded.getType('Role') as GraphQLEnumType
  const config = unguarded.toConfig()
  const guarded = enforceRoles(
    new GraphQLSchema({ ...config, directives: [...config.directives, createRoleDirective(role)] }),
  )
  return rejectFailures(guarded)
}
