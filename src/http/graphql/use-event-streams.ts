import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { Log } from '../../log.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { createSlowReaders } from '../limits/slow-readers.ts'

/** What Yoga knows beside the facts: the answer in the making. */
type NodeFacts = GraphqlFacts & { readonly res: ServerResponse }

/**
 * Ends what a subscription holds once its client has left, and cuts off a client that does not read. Yoga does neither for a client
 * that leaves before the stream begins, or while something waits for it.
 */
export function useEventStreams(metrics: Metrics, log: Log): Plugin<object, NodeFacts> {
  const readers = createSlowReaders((waitedBytes) => {
    metrics.streamCut()
    log.info({ waitedBytes }, 'an event stream whose client did not read was cut off')
  })
  metrics.watchWaiting(readers.waitingBytes)
  return {
    // The last plugin that sees the events: whatever others put around them ends too.
    onResultProcess({ result, serverContext: { res } }) {
      if (Array.isArray(result) || !(Symbol.asyncIterator in result)) return
      const events = result[Symbol.asyncIterator]()
      const end = () => void events.return?.()
      if (res.destroyed) return end()
      res.once('close', end)
      readers.watch(res)
    },
  }
}
