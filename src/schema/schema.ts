import { GraphQLSchema, specifiedDirectives, type GraphQLEnumType } from 'graphql'
import { builder } from './builder.ts'
import { directives } from './directives.ts'
import './scalars.ts'
import './vocabulary.ts'
import './entity.ts'
import './edge.ts'
import './path.ts'
import './subgraph.ts'
import './write-entity.ts'
import './remove-entity.ts'
import './redact-entity.ts'
import './tag-entities.ts'
import './write-edge.ts'
import './upsert-graph.ts'
import './media.ts'
import './media-upload.ts'
import './change-media.ts'
import './rebuild-derivatives.ts'
import './workflow.ts'
import './save-workflow.ts'
import './provenance.ts'
import './history.ts'
import './live.ts'
import './search.ts'
import './service.ts'
import './viewer.ts'
import './content-state.ts'
import './save-content-state.ts'
import './ops.ts'
import './drift.ts'
import './parity.ts'
import './backup-drill.ts'
import './rollback-plan.ts'
import './migration.ts'
import './run-migration.ts'
import './generic-operation.ts'
import './release-gate.ts'
import './blob-fallback.ts'
import './storage-status.ts'
import './user-errors.ts'
import { rejectFailures } from './reject-failures.ts'
import { createRoleDirective, enforceRoles } from './roles.ts'

/** The whole API. */
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
