import { Kind, type DocumentNode } from 'graphql'
import type { Variables } from '../../domain/variables.ts'
import type { GraphqlFacts } from '../exchange.ts'

export interface OperationArgs {
  readonly document: DocumentNode
  readonly operationName?: string | null
  readonly variableValues?: Variables | null
  readonly contextValue: GraphqlFacts
}

export function isMutation({ document, operationName }: OperationArgs): boolean {
  return document.definitions.some(
    (node) =>
      node.kind === Kind.OPERATION_DEFINITION &&
      (node.operation as string) === 'mutation' &&
      (operationName == null || node.name?.value === operationName),
  )
}

export function isQuery({ document, operationName }: OperationArgs): boolean {
  return document.definitions.some(
    (node) =>
      node.kind === Kind.OPERATION_DEFINITION &&
      (node.operation as string) === 'query' &&
      (operationName == null || node.name?.value === operationName),
  )
}
