import { AppError } from '../errors.ts'
import { networkOf } from './access/network.ts'
import type { Actor } from './access/role.ts'

/** Points, by the weights in the schema, and objects in the response. */
export interface Price {
  readonly cost: number
  readonly nodes: number
}

export interface Budget {
  /** @throws AppError RATE_LIMITED */
  charge(price: Price): void
  /** Charges for a refused request, down to zero. */
  chargeRefusal(cost: number): void
  /** Whether the client's last request exceeded the limit. */
  wasRefused(): boolean
  /** @throws AppError RATE_LIMITED if nothing is left */
  requireSome(): void
  /** What this request cost, and what is left of the minute. */
  state(): BudgetState
}
export interface BudgetState extends Price {
  /** Points a minute; 0 for no limit. */
  readonly limit: number
  readonly used: number
  readonly remaining: number
  readonly resetAt: Date
}

interface Account {
  used: number
  wasRefused: boolean
  readonly endsAt: number
}

const windowMs = 60_000
const mostAccounts = 10_000

/**
 * Rate limits of all clients of this process, in points of cost a minute. A client is an API token, a person,
 * or an address for the public. Fixed windows, in memory: each process counts separately.
 */
export function createBudgets(limit: number) {
  const accounts = new Map<string, Account>()

  function accountOf(client: string, now: number): Account {
    const known = accounts.get(client)
    if (known !== undefined && known.endsAt > now) return known
    accounts.delete(client) // at the end again: the Map keeps the order of insertion
    if (accounts.size >= mostAccounts) accounts.delete(accounts.keys().next().value!)
    const account = { used: 0, wasRefused: false, endsAt: now + windowMs }
    accounts.set(client, account)
    return account
  }

  return {
    open(client: string): Budget {
      let charged: Price = { cost: 0, nodes: 0 }
      const account = () => accountOf(client, Date.now())
      return {
        charge(price) {
          charged = price
          if (limit === 0) return
          const own = account()
          own.wasRefused = own.used + price.cost > limit
          if (own.wasRefused) throw rateLimited(limit, own)
          own.used += price.cost
        },
        chargeRefusal(cost) {
          if (limit === 0) return
          const own = account()
          own.used = Math.min(own.used + cost, limit)
        },
        wasRefused: () => limit > 0 && account().wasRefused,
        requireSome() {
          if (limit === 0) return
          const own = account()
          if (own.used < limit) return
          own.wasRefused = true
          throw rateLimited(limit, own)
        },
        state() {
          const { used, endsAt } =
            limit === 0 ? { used: charged.cost, endsAt: Date.now() + windowMs } : account()
          return { ...charged, limit, used, remaining: Math.max(limit - used, 0), resetAt: new Date(endsAt) }
        },
      }
    },
  }
}
export type Budgets = ReturnType<typeof createBudgets>

function rateLimited(limit: number, { endsAt }: Account): AppError {
  const retryAfterSeconds = Math.max(Math.ceil((endsAt - Date.now()) / 1000), 1)
  return new AppError(
    'RATE_LIMITED',
    `You have spent the ${limit} points of this minute; try again in ${retryAfterSeconds} seconds.`,
    { limit, retryAfterSeconds },
  )
}

/** The client that a request is charged to. */
export function clientOf({ name, tokenId }: Actor, address: string): string {
  if (tokenId != null) return `token ${tokenId}`
  return name === null ? `address ${networkOf(address)}` : `person ${name}`
}
