import { Kind, type DocumentNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { hasRole } from '../../domain/access/role.ts'
import { AppError } from '../../errors.ts'
import { priceDocument, type PriceOf } from './document-price.ts'
import { shapeDocument, type Shape } from './document-shape.ts'
import type { GraphqlFacts } from '../exchange.ts'
import { countFieldPairs } from './field-pairs.ts'
import type { OperationArgs } from '../graphql/operation-args.ts'

export interface OperationLimits {
  readonly maxDepth: number
  readonly maxCost: number
}

/** Points charged for a rejected request, since validating it took work. */
const refusalCost = 10

/** Limits that no honest document comes near. */
export const shapeLimits = {
  rootFields: 50,
  aliases: 200,
  fields: 10_000,
  directives: 500,
  directivesOnOne: 10,
  sameName: 50,
  fieldPairs: 20_000,
  fragments: 200,
  introspectionCircles: 2,
} as const

interface OperationPlan {
  readonly introspects: boolean
  readonly price: PriceOf
}
type Plans = ReadonlyMap<string | undefined, OperationPlan>

export interface OperationLimitsOptions extends OperationLimits {
  readonly isIntrospectable: boolean
}

/** Limits the shape of operations before validation and their cost before execution. Plans are cached with their documents. */
export function useOperationLimits(options: OperationLimitsOptions): Plugin<object, GraphqlFacts> {
  const plans = new WeakMap<DocumentNode, Plans>()
  return {
    onParse({ context }) {
      ;(context as unknown as GraphqlFacts).budget.requireSome()
    },
    onResultProcess({ result, serverContext: { budget } }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result) return
      // Executed operations were charged; those rejected for their price were checked against the budget.
      if (result.data === undefined && result.errors?.length && budget.state().cost === 0)
        budget.chargeRefusal(refusalCost)
    },
    onValidate({ params: { documentAST, schema } }) {
      const document = documentAST as DocumentNode
      if (plans.has(document)) return
      const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length
      refuseAbove('fragments', fragments, shapeLimits.fragments)
      const shape = shapeDocument(schema as never, document)
      for (const operation of shape.operations.values()) {
        refuseAbove('fields at its root', operation.rootFields, shapeLimits.rootFields)
        checkShape('operation', operation, options)
      }
      for (const fragment of shape.fragments) checkShape('fragment', fragment, options)
      const pairs = countFieldPairs(document, shapeLimits.fieldPairs)
      refuseAbove('pairs of fields of one name in one place', pairs, shapeLimits.fieldPairs)
      const prices = priceDocument(schema as never, document)
      plans.set(
        document,
        new Map(
          [...shape.operations].map(([name, { introspects }]) => [
            name,
            { introspects, price: prices.get(name)! },
          ]),
        ),
      )
    },
    onExecute: ({ args }) => charge(args as unknown as OperationArgs),
    onSubscribe: ({ args }) => charge(args as unknown as OperationArgs),
  }

  function charge({ document, operationName: name, variableValues: variables, contextValue }: OperationArgs) {
    const { actor, budget } = contextValue
    const plan = planOf(plans.get(document), name)
    if (plan === undefined) return
    if (plan.introspects && !options.isIntrospectable && !hasRole(actor, 'OPERATOR'))
      throw new AppError('FORBIDDEN', 'Introspection is disabled; sign in as an operator to read the schema.')
    const price = plan.price(variables ?? {})
    // NaN must count as too high.
    if (!(price.cost <= options.maxCost))
      throw new AppError(
        'COST_EXCEEDED',
        `The operation may cost ${price.cost}, but at most ${options.maxCost} is allowed; request smaller pages or fewer fields.`,
        { requested: price.cost, limit: options.maxCost },
      )
    budget.charge(price)
  }
}

function planOf(plans: Plans | undefined, name: string | null | undefined): OperationPlan | undefined {
  if (plans === undefined) return undefined
  return name == null && plans.size === 1 ? plans.values().next().value : plans.get(name ?? undefined)
}

function checkShape(of: 'operation' | 'fragment', shape: Shape, { maxDepth }: OperationLimits): void {
  if (shape.depth > maxDepth)
    throw new AppError(
      'DEPTH_EXCEEDED',
      `The ${of} has ${shape.depth} levels of fields; at most ${maxDepth} are allowed.`,
      { requested: shape.depth, limit: maxDepth },
    )
  refuseAbove('aliases', shape.aliases, shapeLimits.aliases, of)
  refuseAbove('fields', shape.fields, shapeLimits.fields, of)
  refuseAbove('directives', shape.directives, shapeLimits.directives, of)
  refuseAbove('directives on one field', shape.directivesOnOne, shapeLimits.directivesOnOne, of)
  refuseAbove('fields of one name in one place', shape.sameName, shapeLimits.sameName, of)
  refuseAbove(
    'nested lists of introspection',
    shape.introspectionCircles,
    shapeLimits.introspectionCircles,
    of,
  )
}

function refuseAbove(what: string, count: number, limit: number, of = 'operation'): void {
  if (count <= limit) return
  throw new AppError('BAD_REQUEST', `The ${of} has ${count} ${what}; at most ${limit} are allowed.`, {
    requested: count,
    limit,
  })
}
