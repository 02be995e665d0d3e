import type { Work } from '../in-turns.ts'
import type { Snapshot } from '../snapshot.ts'

/** How two snapshots that follow one another differ. A node that only has another number now goes and comes. */
export interface SnapshotChange {
  /** Numbers before. */
  readonly goingNodes: readonly number[]
  /** Numbers now. */
  readonly comingNodes: readonly number[]
  /** The number before and now of nodes with the same values, but other edges. */
  readonly touchedNodes: readonly number[]
  readonly goingEdges: readonly number[]
  readonly comingEdges: readonly number[]
}

/** Moves on what was computed of the snapshot before, at once or in turns; the value before stays as it is. */
type Carry<Value> = (value: Value, moved: Moved) => Value | Work<Value>

export interface Moved extends SnapshotChange {
  readonly before: Snapshot
  readonly after: Snapshot
}

/** The value for the same snapshot with other numbers of nodes; -1 is that of a former number that was free. */
type Renumber<Value> = (value: Value, numberOf: (former: number) => number, nodeBound: number) => Value

export interface Carried<Value> {
  (snapshot: Snapshot): Value
  readonly carry: Carry<Value>
  readonly renumber: Renumber<Value>
}

/**
 * What is computed of a whole snapshot once, when it is first asked for, and from then on moved along with each change, so that
 * nobody waits for it again. To be derived: {@link Snapshot.derive}.
 *
 * @param renumber where the value holds numbers of nodes
 */
export function carried<Value>(
  compute: (snapshot: Snapshot) => Value,
  carry: Carry<Value>,
  renumber: Renumber<Value> = (value) => value,
): Carried<Value> {
  return Object.assign((snapshot: Snapshot) => compute(snapshot), { carry, renumber })
}

/** Gives a snapshot what was derived of the one before it. */
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

/** Gives a snapshot what was derived of the same one with other numbers of nodes. */
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
