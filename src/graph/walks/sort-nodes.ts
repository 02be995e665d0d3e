/** Insertion sort up to here; then the typed array's sort, then radix sort. */
const few = 24
const fewForDigits = 64

const digitBits = 6
const digits = 1 << digitBits
const counts = new Uint32Array(digits)

/**
 * Sorts the nodes between two places. Radix sort is several times faster for levels of dozens to thousands of
 * nodes, since comparisons mispredict every other branch. Source: D. E. Knuth, The Art of Computer
 * Programming, volume 3, section 5.2.5.
 * @param spare working memory, as long as the range
 * @param nodeCount all numbers are below it
 */
export function sortNodes(
  nodes: Uint32Array,
  from: number,
  to: number,
  spare: Uint32Array,
  nodeCount: number,
): void {
  if (to - from <= few) insertInOrder(nodes, from, to)
  else if (to - from <= fewForDigits) nodes.subarray(from, to).sort()
  else sortByDigits(nodes, from, to, spare, nodeCount)
}

function insertInOrder(nodes: Uint32Array, from: number, to: number): void {
  for (let at = from + 1; at < to; at++) {
    const node = nodes[at]!
    let place = at
    while (place > from && nodes[place - 1]! > node) {
      nodes[place] = nodes[place - 1]!
      place--
    }
    nodes[place] = node
  }
}

function sortByDigits(
  nodes: Uint32Array,
  from: number,
  to: number,
  spare: Uint32Array,
  nodeCount: number,
): void {
  const size = to - from
  // Each pass goes from one array to the other.
  let [source, sourceStart, target, targetStart] = [nodes, from, spare, 0]
  for (let shift = 0; (nodeCount - 1) >>> shift > 0; shift += digitBits) {
    placeByDigit(source, sourceStart, target, targetStart, size, shift)
    ;[source, sourceStart, target, targetStart] = [target, targetStart, source, sourceStart]
  }
  if (source !== nodes) for (let at = 0; at < size; at++) nodes[from + at] = spare[at]!
}

function placeByDigit(
  source: Uint32Array,
  sourceStart: number,
  target: Uint32Array,
  targetStart: number,
  size: number,
  shift: number,
): void {
  const end = sourceStart + size
  counts.fill(0)
  for (let at = sourceStart; at < end; at++) counts[(source[at]! >>> shift) & (digits - 1)]!++
  let next = targetStart
  for (let digit = 0; digit < digits; digit++) {
    const count = counts[digit]!
    counts[digit] = next
    next += count
  }
  for (let at = sourceStart; at < end; at++) {
    const node = source[at]!
    target[counts[(node >>> shift) & (digits - 1)]!++] = node
  }
}
