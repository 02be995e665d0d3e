import { clientOf, type Budget, type Budgets, type Price } from '../domain/budget.ts'
import { publicActor } from '../domain/role.ts'
import type { Armour } from './armour.ts'
import { clientAddressOf, type Visitor } from './client-address.ts'
import type { LaneSource, Metrics } from './metrics.ts'

export interface LaneAccountOptions {
  readonly armour: Armour
  readonly budgets: Budgets
  readonly metrics: Metrics
}

/** What the answers of the fast lane are charged to, and where they are counted. */
export interface LaneAccount {
  open(visitor: Visitor): { readonly client: string; readonly budget: Budget }
  /** Charges the client if it has enough left; asked last, since whoever is sent the ordinary way pays there. */
  pays(visitor: Visitor, price: Price): boolean
  /** @param started by `performance.now()` */
  count(name: string | null, from: LaneSource, method: string, status: number, started: number): void
}

export function createLaneAccount({ armour, budgets, metrics }: LaneAccountOptions): LaneAccount {
  const open: LaneAccount['open'] = (visitor) => {
    const client = clientOf(publicActor, clientAddressOf(visitor, armour.trustedProxies))
    return { client, budget: budgets.open(client) }
  }
  return {
    open,
    pays(visitor, price) {
      if (armour.rateLimit === 0) return true
      try {
        open(visitor).budget.charge(price)
        return true
      } catch {
        return false
      }
    },
    count(name, from, method, status, started) {
      metrics.request('/graphql', method, status)
      metrics.laneAnswer(from)
      if (!armour.isOff) metrics.operation(name, 'query', 'ok', (performance.now() - started) / 1000)
    },
  }
}
