import { compareCodePoints } from '../text/code-points.ts'
import { normalizeConstellation } from './constellation.ts'
import type { Issue } from './item.ts'
import { pointerTo, type JsonValue } from '../json/value.ts'
import { resolvePointer } from '../json/pointer.ts'

type RepairStep =
  | { readonly op: 'replace'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'add'; readonly path: string; readonly value: string }
  | { readonly op: 'remove'; readonly path: string }

export interface ConstellationRepair {
  /** RFC 6902, from the payload's root; empty if nothing is wrong. */
  readonly patch: readonly RepairStep[]
  /** What the patch removes, with reasons. */
  readonly removed: readonly Issue[]
}

/**
 * Repairs a legacy payload so that the graph takes it without complaint: removes refused items and writes
 * each node's slug. The result means the same graph; unknown fields stay.
 */
export function repairConstellation(payload: JsonValue): ConstellationRepair {
  const { refused, warnings, nodePointers } = normalizeConstellation(payload)
  const doubles = findDoubles(payload, new Set(nodePointers.values()), refused)
  const removed = [
    ...refused,
    ...doubles.map(
      (pointer) => warnings.find((each) => each.pointer === pointer) ?? { pointer, reason: 'is there twice' },
    ),
  ]
  const slugs = [...nodePointers].flatMap(([slug, pointer]): RepairStep[] => {
    const node = resolvePointer(payload, pointer)
    // A text stands for the node with that id.
    if (typeof node === 'string') return [{ op: 'replace', path: pointer, value: { id: node, slug } }]
    return resolvePointer(node, '/slug') === slug ? [] : [{ op: 'add', path: `${pointer}/slug`, value: slug }]
  })
  // From the end, so that removals do not shift later ones.
  const pointers = [...new Set(removed.map(({ pointer }) => pointer))].toSorted(laterFirst)
  const removals = pointers.map((path): RepairStep => ({ op: 'remove', path }))
  return { patch: [...slugs, ...removals], removed }
}

/** Nodes that duplicate another one: a slug of their own would make them different. */
function findDoubles(payload: JsonValue, used: ReadonlySet<string>, refused: readonly Issue[]): string[] {
  const nodes = resolvePointer(payload, '/nodes')
  const known = new Set(refused.map(({ pointer }) => pointer))
  return Object.keys(typeof nodes === 'object' && nodes !== null ? nodes : {})
    .map((name) => pointerTo('/nodes', name))
    .filter((pointer) => !used.has(pointer) && !known.has(pointer))
}

function laterFirst(left: string, right: string): number {
  const [l, r] = [left.split('/'), right.split('/')]
  for (let at = 0; at < Math.max(l.length, r.length); at++) {
    const [a, b] = [l[at] ?? '', r[at] ?? '']
    if (a === b) continue
    const areNumbers = /^\d+$/.test(a) && /^\d+$/.test(b)
    return areNumbers ? Number(b) - Number(a) : compareCodePoints(b, a)
  }
  return 0
}
