import type { Plugin } from 'graphql-yoga'
import { AppError } from '../../errors.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { OperationArgs } from '../graphql/operation-args.ts'

type Subscribe = (...given: unknown[]) => unknown

/** Maximum open subscriptions. */
export const subscriptionLimits = { ofOneClient: 100, inAll: 1000 } as const

export function useSubscriptionLimits(): Plugin<object, GraphqlFacts> {
  const open = new Map<string, number>()
  let all = 0
  return {
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      const { client } = (args as unknown as OperationArgs).contextValue
      const own = open.get(client) ?? 0
      const { ofOneClient, inAll } = subscriptionLimits
      if (own >= ofOneClient || all >= inAll)
        throw new AppError(
          'RATE_LIMITED',
          own >= ofOneClient
            ? `You have ${own} subscriptions open; at most ${ofOneClient} are allowed. Close one first.`
            : `This server already has ${all} open subscriptions; try again later.`,
          { limit: own >= ofOneClient ? ofOneClient : inAll, retryAfterSeconds: 5 },
        )
      all++
      open.set(client, own + 1)
      let isOpen = true
      const end = () => {
        if (!isOpen) return
        isOpen = false
        all--
        const left = open.get(client)! - 1
        if (left === 0) open.delete(client)
        else open.set(client, left)
      }
      // Count before subscribing, or many concurrent requests would all pass; a rejected one is released here.
      setSubscribeFn(async (...given: Parameters<typeof subscribeFn>) => {
        try {
          const result = (await (subscribeFn as Subscribe)(...given)) as object
          if (!(Symbol.asyncIterator in result)) end()
          return result as never
        } catch (error) {
          end()
          throw error
        }
      })
      return { onSubscribeResult: () => ({ onEnd: end }) }
    },
  }
}
