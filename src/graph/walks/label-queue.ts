/** Path labels, each one step longer than its parent: cost, steps and end node. */
export class Labels {
  readonly costs: number[] = []
  readonly hops: number[] = []
  readonly nodes: number[] = []
  readonly parents: number[] = []

  add(cost: number, hops: number, node: number, parent: number): number {
    this.costs.push(cost)
    this.hops.push(hops)
    this.nodes.push(node)
    return this.parents.push(parent) - 1
  }

  /** By cost, then steps, then node sequence. */
  compare(left: number, right: number): number {
    const difference = this.costs[left]! - this.costs[right]! || this.hops[left]! - this.hops[right]!
    return difference || this.#compareNodes(left, right)
  }

  /** For equally many steps: the first difference from the start is the last one met on the way back. */
  #compareNodes(left: number, right: number): number {
    let difference = 0
    for (let [one, other] = [left, right]; one !== other;) {
      difference = this.nodes[one]! - this.nodes[other]! || difference
      one = this.parents[one]!
      other = this.parents[other]!
    }
    return difference
  }

  nodesOf(label: number): number[] {
    const nodes: number[] = []
    for (let at = label; this.parents[at]! >= 0; at = this.parents[at]!) nodes.push(this.nodes[at]!)
    return nodes.reverse()
  }
}

export class LabelQueue {
  readonly #items: number[] = []
  readonly #labels: Labels

  constructor(labels: Labels) {
    this.#labels = labels
  }

  push(label: number): void {
    const items = this.#items
    let at = items.push(label) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (this.#labels.compare(items[above]!, label) <= 0) break
      items[at] = items[above]!
      at = above
    }
    items[at] = label
  }

  pop(): number | undefined {
    const items = this.#items
    const least = items[0]
    const last = items.pop()
    if (least === undefined || last === undefined || items.length === 0) return least
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && this.#labels.compare(items[below + 1]!, items[below]!) < 0) below++
      if (this.#labels.compare(last, items[below]!) <= 0) break
      items[at] = items[below]!
      at = below
    }
    items[at] = last
    return least
  }
}
