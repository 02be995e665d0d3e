import type { Work } from '../in-turns.ts'
import type { Snapshot } from '../snapshot.ts'

export interface SnapshotChange {
  readonly goingNodes: readonly number[]
  readonly comingNodes: readonly number[]
  /** Former and present number of nodes with the same values but other edges. */
  readonly touchedNodes: readonly number[]
  readonly goingEdges: readonly number[]
  readonly comingEdges: readonly number[]
}

/**
 * Updates a derived value for the next snapshot, immediately or in turns, without changing the former value.
 */
type Carry<Value> = (value: Value, moved: Moved) => Value | Work<Value>

export interface Moved extends SnapshotChange {
  readonly before: Snapshot
  readonly after: Snapshot
}

/** Renumbers the nodes in a value; -1 is a former number that was free. */
type Renumber<Value> = (value: Value, numberOf: (former: number) => number, nodeBound: number) => Value

export interface Carried<Value> {
  (snapshot: Snapshot): Value
  readonly carry: Carry<Value>
  readonly renumber: Renumber<Value>
}

/**
 * A value derived from a whole snapshot on first use and then updated incrementally with each change, so that
 * nobody waits for it again. For {@link Snapshot.derive}.
 * @param renumber where the value holds node numbers
 */
export function carried<Value>(
  compute: (snapshot: Snapshot) => Value,
  carry: Carry<Value>,
  renumber: Renumber<Value> = (value) => value,
): Carried<Value> {
  return Object.assign((snapshot: Snapshot) => compute(snapshot), { carry, renumber })
}

export function* carryDerived(before: Snapshot, after: Snapshot, change: SnapshotChange): Work<void> {
  const moved = { before, after, ...change }
  for (const [compute, value] of before.derived) {
    if (isCarried(compute)) {
      const next = compute.carry(value, moved)
      after.setDerived(compute, isWork(next) ? yield* next : next)
    }
    yield
  }
}

export function* renumberDerived(
  before: Snapshot,
  after: Snapshot,
  numberOf: (former: number) => number,
): Work<void> {
  for (const [compute, value] of before.derived) {
    if (isCarried(compute)) after.setDerived(compute, compute.renumber(value, numberOf, after.nodeBound))
    yield
  }
}

function isWork(value: unknown): value is Work<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.toStringTag in value &&
    value[Symbol.toStringTag] === 'Generator'
  )
}

function isCarried(compute: unknown): compute is Carried<unknown> {
  return typeof compute === 'function' && 'carry' in compute
}
