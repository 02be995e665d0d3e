import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql'
import { decodeGlobalId } from '../domain/graph/global-id.ts'
import { findNode } from '../readers/snapshot/graph-reads.ts'
import type { EntityLookupArgument } from '../resolvers/entity.ts'
import { compileConnection } from './compile-connection.ts'
import { compileEdge, compileEntity, edges, entities } from './compile-entity.ts'
import type { Arguments } from './argument-values.ts'
import { conditionVariables, type Document, type FieldPlan } from './field-plan.ts'
import { NotCompiledError } from './not-compiled.ts'
import type { Run, Write } from './run.ts'
import { compileObject, type FieldCompilers } from './write-object.ts'

/** Writes `{"data":…}`; an exception makes the request fall back. */
export type CompiledOperation = (run: Run) => void

/** More conditions would need too many compiled combinations. */
const mostConditions = 6

/**
 * Compiles a query to closures that write its response from memory, one per combination of its conditions.
 * @param document parsed and valid
 * @returns null if a field needs the full pipeline
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
): CompiledOperation | null {
  const operation = document.definitions.find(
    (node) =>
      node.kind === Kind.OPERATION_DEFINITION &&
      (operationName === null || node.name?.value === operationName),
  )
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.QUERY)
    return null
  if (operation.directives && operation.directives.length > 0) return null
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  )
  const sets = [operation.selectionSet, ...[...fragments.values()].map((fragment) => fragment.selectionSet)]
  const conditions = conditionVariables(sets)
  if (conditions.length > mostConditions) return null
  const variants = new Map<string, CompiledOperation | null>()
  const variantFor = (variables: Run['variables']): CompiledOperation | null => {
    const key = conditions.map((name) => (variables[name] === true ? '1' : '0')).join('')
    let variant = variants.get(key)
    if (variant === undefined) {
      variant = compileVariant({ schema, operation, fragments, variables })
      variants.set(key, variant)
    }
    return variant
  }
  if (conditions.length === 0) return variantFor({})
  return (run) => {
    const variant = variantFor(run.variables)
    if (variant === null) throw new NotCompiledError('this combination of conditions')
    variant(run)
  }
}

const start = Buffer.from('{"data":')
const end = Buffer.from('}')

function compileVariant(document: Document): CompiledOperation | null {
  let write: Write<null>
  try {
    write = compileObject(document, 'Query', [document.operation.selectionSet], rootFields)
  } catch (error) {
    if (error instanceof NotCompiledError) return null
    throw error
  }
  return (run) => {
    run.out.raw(start)
    write(run, null)
    run.out.raw(end)
  }
}

const rootFields: FieldCompilers<null> = {
  entity(document, field) {
    const write = compileEntity(document, field.selections)
    return orNull(field, write, ({ graph }, { by }) => findEntity(graph, by as EntityLookupArgument))
  },
  entities: (document, field) => orOrdinary(field, compileConnection(document, field, entities)),
  edge(document, field) {
    const write = compileEdge(document, field.selections)
    return orNull(field, write, ({ snapshot }, { id }) => {
      const decoded = decodeGlobalId(id as string)
      return decoded?.type === 'GraphEdge' ? snapshot.findEdgeById(decoded.id) : -1
    })
  },
  edges: (document, field) => orOrdinary(field, compileConnection(document, field, edges)),
}

function findEntity(graph: Run['graph'], { id, slug, url }: EntityLookupArgument): number {
  if (slug != null) return findNode(graph, { by: 'slug', slug })
  if (url != null) return findNode(graph, { by: 'url', url })
  const decoded = decodeGlobalId(id ?? '')
  return decoded?.type === 'Entity' ? findNode(graph, { by: 'id', id: decoded.id }) : -1
}

function orNull(
  field: FieldPlan,
  write: Write<number>,
  find: (run: Run, args: Arguments) => number,
): Write<null> {
  return (run) => {
    const found = find(run, present(field, run))
    if (found === -1) run.out.null()
    else write(run, found)
  }
}

function orOrdinary(field: FieldPlan, write: Write<null>): Write<null> {
  return (run) => {
    present(field, run)
    write(run, null)
  }
}

/** The arguments of a field, if it asks for the present; the past needs the database. */
function present(field: FieldPlan, { variables }: Run): Arguments {
  const args = field.argumentsFor(variables)
  if (args['asOf'] != null) throw new NotCompiledError('asOf')
  return args
}
