import { subscriptionLimits } from '../../src/http/use-subscription-limits.ts'
import { followEvents, type Following } from '../support/sse.ts'
import { verdict, type Attack } from './attack.ts'

const subscription = 'subscription { graphChanged { cursor } }'

export const liveAttacks: readonly Attack[] = [
  {
    name: 'more subscriptions than a client may have',
    async run({ api }) {
      const open: Following<{ errors?: { extensions: { code: string } }[] }>[] = []
      try {
        for (let at = 0; at < subscriptionLimits.ofOneClient; at++) open.push(await followEvents(api.server.url, subscription))
        const more = await followEvents<{ errors?: { extensions: { code: string } }[] }>(api.server.url, subscription)
        const answer = await more.next().catch(() => ({ errors: undefined }))
        const code = answer.errors?.[0]?.extensions.code ?? 'nothing'
        return [verdict(`subscription ${subscriptionLimits.ofOneClient + 1} of one client`, code === 'RATE_LIMITED', code)]
      } finally {
        for (const one of open) one.close()
        await Promise.all(open.map(({ ended }) => ended))
      }
    },
  },
  {
    name: '1,000 subscriptions, opened and left',
    async run({ api, isTimed }) {
      const rounds = isTimed ? 20 : 2
      const openMany = async () => {
        const some = await Promise.all(Array.from({ length: 50 }, () => followEvents(api.server.url, subscription)))
        for (const one of some) one.close()
        await Promise.all(some.map(({ ended }) => ended))
      }
      await openMany()
      globalThis.gc?.()
      const before = process.memoryUsage().heapUsed
      for (let round = 0; round < rounds; round++) await openMany()
      globalThis.gc?.()
      const grown = (process.memoryUsage().heapUsed - before) / 1e6
      await new Promise((resolve) => setTimeout(resolve, 300))
      const { rows } = await api.database.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
      )
      return [
        verdict('connections left after them', rows[0]!.n === 0, `${rows[0]!.n}`),
        ...(isTimed ? [verdict('megabytes left after them', grown < 20, grown.toFixed(1))] : []),
      ]
    },
  },
] // prettier-ignore
