import type { ServerResponse } from 'node:http'

/** Limits on buffered event-stream data: total bytes, and time per stalled stream. */
export const waitingLimits = { bytes: 32_000_000, milliseconds: 30_000 } as const

const lookEveryMs = 1000

export interface SlowReaders {
  watch(stream: ServerResponse): void
  waitingBytes(): number
}

/**
 * Node buffers unread data up to the high-water mark plus one event; then the stream stalls. Cuts off streams that stall too
 * long, and, while the total is too large, the one that has stalled longest. The last one is never cut off for size, or an event
 * above the limit would never arrive.
 * @param onEnd called with the buffered bytes of each stream that is cut off
 */
export function createSlowReaders(onEnd: (waitedBytes: number) => void): SlowReaders {
  /** Stalled streams and since when, longest first. */
  const still = new Map<ServerResponse, number>()
  let timer: NodeJS.Timeout | undefined

  function goOn(stream: ServerResponse): void {
    still.delete(stream)
    if (still.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function waitingBytes(): number {
    let bytes = 0
    for (const stream of still.keys()) bytes += stream.writableLength
    return bytes
  }

  function look(): void {
    let bytes = waitingBytes()
    for (const [stream, since] of still) {
      const isLate = performance.now() - since >= waitingLimits.milliseconds
      if (!isLate && (bytes <= waitingLimits.bytes || still.size === 1)) return
      const waited = stream.writableLength
      bytes -= waited
      goOn(stream)
      stream.destroy()
      onEnd(waited)
    }
  }

  return {
    watch(stream) {
      const write = stream.write.bind(stream) as (...given: unknown[]) => boolean
      stream.write = (...given: unknown[]) => {
        const isTaken = write(...given)
        if (!isTaken && !stream.destroyed && !still.has(stream)) {
          still.set(stream, performance.now())
          timer ??= setInterval(look, lookEveryMs).unref()
        }
        return isTaken
      }
      stream.on('drain', () => goOn(stream))
      stream.once('close', () => goOn(stream))
    },
    waitingBytes,
  }
}
