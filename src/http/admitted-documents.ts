import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import { Kind } from 'graphql'
import { createDocumentCache } from './document-cache.ts'
import type { OperationPlan } from './document-plan.ts'
import type { Execute } from './prepare-execution.ts'

/** An operation whose document has passed everything that documents must pass. */
export interface AdmittedOperation<Compiled> {
  readonly name: string | null
  readonly execute: Execute
  /** The coerced variables; null where they cannot be coerced. */
  readonly readVariables: (
    given: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>> | null
  /** Null where limits are lifted. */
  readonly plan: OperationPlan | null
  /** Null where only the ordinary way answers it. */
  readonly compiled: Compiled | null
}

/** How a request names its document: as text, or by the id of a trusted one. */
export type DocumentName = { readonly query: string } | { readonly documentId: string }

/** Characters of documents that are kept. */
const keptCharacters = 2_000_000

/** Operations that were answered the ordinary way before, by document and name. */
export function createAdmittedDocuments<Compiled>() {
  const documents = createDocumentCache<Map<string | null, AdmittedOperation<Compiled>>>(keptCharacters)
  // No document begins with the mark.
  const keyOf = (name: DocumentName) => ('query' in name ? name.query : `\0${name.documentId}`)
  return {
    find: (name: DocumentName, operationName: string | null) =>
      documents.get(keyOf(name))?.get(operationName),
    admit(name: DocumentName, operationName: string | null, operation: AdmittedOperation<Compiled>) {
      const key = keyOf(name)
      const known = documents.get(key) ?? new Map<string | null, AdmittedOperation<Compiled>>()
      known.set(operationName, operation)
      documents.set(key, known)
    },
  }
}

/** The operation of a document that a request means; undefined where that is not clear. */
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
