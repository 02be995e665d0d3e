import type { ExecutionResult } from 'graphql'
import type { Variables } from '../../domain/variables.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import { createDocumentCache } from '../limits/document-cache.ts'
import type { PriceOf } from '../limits/document-price.ts'

/** A query compiled to the bytes of its answer. */
export interface CompiledQuery {
  /** The state of the graph that the next answer is made of; null while the database answers. */
  state(): GraphState | null
  /**
   * @param variables coerced
   * @returns the body, in memory that the next one is written to
   * @throws where the full pipeline must answer
   */
  write(variables: Variables): Buffer
}

/** An operation whose document has passed everything that documents must pass. */
export interface AdmittedOperation {
  readonly name: string | null
  readonly price: PriceOf
  /** The coerced variables; null where they cannot be coerced. */
  readonly readVariables: (given: Variables) => Variables | null
  /** Null where it is not compiled. */
  readonly compiled: CompiledQuery | null
  readonly execute: (context: object, variables: Variables) => Promise<ExecutionResult> | ExecutionResult
}

/** How a request names its document: as text, or by the id of a trusted one. */
export type DocumentName = { readonly query: string } | { readonly documentId: string }

/** Characters of documents that are cached. */
const mostCharacters = 2_000_000

/** Operations that the full pipeline has answered before, by document and name. */
export function createAdmittedDocuments() {
  const documents = createDocumentCache<Map<string | null, AdmittedOperation>>(mostCharacters)
  // No document begins with the mark.
  const keyOf = (name: DocumentName) => ('query' in name ? name.query : `\0${name.documentId}`)
  return {
    find: (name: DocumentName, operationName: string | null) =>
      documents.get(keyOf(name))?.get(operationName),
    admit(name: DocumentName, operationName: string | null, operation: AdmittedOperation) {
      const key = keyOf(name)
      const known = documents.get(key) ?? new Map<string | null, AdmittedOperation>()
      known.set(operationName, operation)
      documents.set(key, known)
    },
  }
}
