import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { CursorKey } from '../domain/paging/cursor.ts'
import type { Variables } from '../domain/variables.ts'
import { JsonWriter } from '../graph/json-writer.ts'
import type { GraphState } from '../graph/snapshot.ts'
import type { MemoryGraph } from '../readers/snapshot/keeper/memory-graph.ts'
import { compileOperation } from './compile-operation.ts'

/** A query that writes its answer out of the graph in memory. */
export interface MemoryQuery {
  /** The state of the graph that the next answer is made of; null while there is none in memory. */
  state(): GraphState | null
  /**
   * @param variables coerced
   * @returns the body `{"data":…}`, in memory that the next one is written to
   * @throws where the full pipeline must answer
   */
  write(variables: Variables): Buffer
}

export interface QueryCompilerOptions {
  readonly schema: GraphQLSchema
  /** The graph that the public sees at the moment. */
  readonly current: () => MemoryGraph | null
  readonly cursorKey: CursorKey
}

/**
 * Compiles queries against whatever graph is current when they run. All share one writer, since none waits.
 *
 * @returns null for a query that only the full pipeline answers
 * @example compile(parse('{ entity(by: {slug: "x"}) { title } }'), null)?.write({})
 */
export function createQueryCompiler({ schema, current, cursorKey }: QueryCompilerOptions) {
  const out = new JsonWriter()
  return (document: DocumentNode, operationName: string | null): MemoryQuery | null => {
    const write = compileOperation(schema, document, operationName)
    if (write === null) return null
    return {
      state: () => current()?.snapshot.state ?? null,
      write(variables) {
        const graph = current()
        if (graph === null) throw new Error('there is no graph in memory')
        out.length = 0
        write({ graph, snapshot: graph.snapshot, variables, cursorKey, out })
        return out.bytes.subarray(0, out.length)
      },
    }
  }
}
