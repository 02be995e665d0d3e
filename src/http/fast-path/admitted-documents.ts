import type { ExecutionResult } from 'graphql'
import type { Variables } from '../../domain/variables.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import { createDocumentCache } from '../limits/document-cache.ts'
import type { PriceOf } from '../limits/document-price.ts'

export interface CompiledQuery {
  /** The graph state behind the next response; null while the database answers. */
  state(): GraphState | null
  /**
   * @param variables coerced
   * @returns the body, in memory that the next call overwrites
   * @throws where the full pipeline must answer
   */
  write(variables: Variables): Buffer
}

export interface AdmittedOperation {
  readonly name: string | null
  readonly price: PriceOf
  /** Coerces the variables; null if they are invalid. */
  readonly readVariables: (given: Variables) => Variables | null
  readonly compiled: CompiledQuery | null
  readonly execute: (context: object, variables: Variables) => Promise<ExecutionResult> | ExecutionResult
}

export type DocumentName = { readonly query: string } | { readonly documentId: string }

/** Total characters of cached documents. */
const mostCharacters = 2_000_000

/** Operations the full pipeline has already answered, by document and name. */
export function createAdmittedDocuments() {
  const documents = createDocumentCache<Map<string | null, AdmittedOperation>>(mostCharacters)
  // No document begins with this character.
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
