import { Kind, type DocumentNode, type OperationDefinitionNode } from 'graphql'

export function findDefinition(
  document: DocumentNode,
  operationName: string | null,
): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  return operationName === null
    ? operations.length === 1
      ? operations[0]
      : undefined
    : operations.find(({ name }) => name?.value === operationName)
}
