import { specifiedDirectives, type GraphQLSchema } from 'graphql'
import { builder } from './builder.ts'
import { directives } from './directives.ts'
import './scalars.ts'
import './vocabulary.ts'
import './entity.ts'
import './edge.ts'
import './media.ts'
import './workflow.ts'
import './provenance.ts'
import './search.ts'
import './service.ts'

/** The whole API. */
export const schema: GraphQLSchema = builder.toSchema({ directives: [...specifiedDirectives, ...directives] })
