import { clientOf, type Budget, type Budgets, type Price } from '../../domain/budget.ts'
import { publicActor } from '../../domain/access/role.ts'
import type { Armour } from '../limits/armour.ts'
import { clientAddressOf, type Visitor } from '../client-address.ts'

export interface FastAccount {
  open(visitor: Visitor): { readonly client: string; readonly budget: Budget }
  /** Whether the client can pay; charges nothing. */
  canPay(visitor: Visitor, price: Price): boolean
  /** Charges the client if it can pay. Must be the last step before sending, or the pipeline would charge again. */
  pay(visitor: Visitor, price: Price): boolean
}

export function createFastAccount(
  { rateLimit, trustedProxies }: Pick<Armour, 'rateLimit' | 'trustedProxies'>,
  budgets: Budgets,
): FastAccount {
  const open: FastAccount['open'] = (visitor) => {
    const client = clientOf(publicActor, clientAddressOf(visitor, trustedProxies))
    return { client, budget: budgets.open(client) }
  }
  return {
    open,
    canPay: (visitor, { cost }) => rateLimit === 0 || open(visitor).budget.state().remaining >= cost,
    pay(visitor, price) {
      if (rateLimit === 0) return true
      try {
        open(visitor).budget.charge(price)
        return true
      } catch {
        return false
      }
    },
  }
}
