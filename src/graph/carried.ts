import type { Work } from './in-turns.ts'
import type { Snapshot } from './snapshot.ts'

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

/** Moves on what was computed of the snapshot before; the value before stays as it is. */
type Carry<Value> = (value: Value, moved: Moved) => Value

export interface Moved extends SnapshotChange {
  readonly before: Snapshot
  readonly after: Snapshot
}

export interface Carried<Value> {
  (snapshot: Snapshot): Value
  readonly carry: Carry<Value>
}

/**
 * What is computed of a whole snapshot once, when it is first asked for, and from then on moved along with each change, so that
 * nobody waits for it again. To be derived: {@link Snapshot.derive}.
 */
export function carried<Value>(compute: (snapshot: Snapshot) => Value, carry: Carry<Value>): Carried<Value> {
  return Object.assign((snapshot: Snapshot) => compute(snapshot), { carry })
}

/** Gives a snapshot what was derived of the one before it. */
export function* carryDerived(before: Snapshot, after: Snapshot, change: SnapshotChange): Work<void> {
  const moved = { before, after, ...change }
  for (const [compute, value] of before.derived) {
    if (typeof compute !== 'function' || !('carry' in compute)) continue
    after.setDerived(compute, (compute as Carried<unknown>).carry(value, moved))
    yield
  }
}
