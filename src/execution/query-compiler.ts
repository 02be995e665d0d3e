import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { CursorKey } from '../domain/paging/cursor.ts'
import type { Variables } from '../domain/variables.ts'
import { JsonWriter } from '../graph/json-writer.ts'
import type { GraphState } from '../graph/snapshot.ts'
import type { MemoryGraph } from '../readers/snapshot/keeper/memory-graph.ts'
import { compileOperation } from './compile-operation.ts'

export interface MemoryQuery {
  /** The graph state behind the next response; null without a graph in memory. */
  state(): GraphState | null
  /**
   * @param variables coerced
   * @returns the body, in memory that the next call overwrites
   * @throws where the full pipeline must answer
   */
  write(variables: Variables): Buffer
}

export interface QueryCompilerOptions {
  readonly schema: GraphQLSchema
  readonly current: () => MemoryGraph | null
  readonly cursorKey: CursorKey
}

/**
 * Compiles queries against whichever graph is current when they run. All share one writer, since none waits.
 * @returns null if only the full pipeline can answer
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
