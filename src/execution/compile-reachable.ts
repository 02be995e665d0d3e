import { listReachable, pageOfReached, type ReachedList } from '../graph/lists/reachable.ts'
import { keysetOf } from '../graph/lists/order-terms.ts'
import { depthAt } from '../graph/walks/reach.ts'
import { readReach, type ReachableArguments } from '../resolvers/walks/reachable.ts'
import { compileConnection, type MemoryList } from './compile-connection.ts'
import type { Document, FieldPlan } from './field-plan.ts'
import type { Write } from './run.ts'

type CompileEntity = (document: Document, selections: FieldPlan['selections']) => Write<number>

interface ReachableList extends MemoryList {
  readonly walked: () => ReachedList
}

/** Compiles `reachable`; its items are positions in the walk. Paths fall back. */
export function compileReachable(
  document: Document,
  field: FieldPlan,
  compileEntity: CompileEntity,
): Write<number> {
  // The rows' closures find their walk here.
  let current: ReachedList | undefined
  return compileConnection<number, ReachableList>(document, field, {
    connectionType: 'ReachableConnection',
    edgeType: 'ReachableEdge',
    compileNode(inner, selections) {
      const write = compileEntity(inner, selections)
      return (run, place) => {
        const outer = current!
        write(run, outer.reached.nodes[place]!)
        current = outer
      }
    },
    edgeFields: () => ({
      depth:
        () =>
        ({ out }, place) =>
          out.number(depthAt(current!.reached, place)),
    }),
    moreFields: {
      truncated:
        () =>
        ({ out }, list) =>
          out.string(list.walked().reached.truncated ? 'true' : 'false'),
    },
    read({ graph, cursorKey }, node, args) {
      const { reach, page, fingerprint } = readReach(cursorKey, args as unknown as ReachableArguments)
      let found: ReachedList | undefined
      const walked = () => (current = found ??= listReachable(graph, node, reach))
      return {
        fingerprint,
        walked,
        page: () => pageOfReached(walked(), page),
        count: () => walked().places.length,
        positionOf: (place) => keysetOf(walked().terms, place),
      }
    },
  })
}
