import { subscribe } from 'node:diagnostics_channel'

/** Milliseconds from the moment a request's head has been read to the moment its answer has been handed to the system. */
export type Timings = readonly number[]

/** The word with which the bench asks for the timings since it last asked; none are kept before it first does. */
export const takeTimings = 'take-timings'

/** Tell the bench, when it asks, how long this process took for its answers. */
export function answerTimings(): void {
  let timings: number[] | null = null
  process.on('message', (message) => {
    if (message !== takeTimings) return
    if (timings === null) keepTimings((milliseconds) => timings!.push(milliseconds))
    process.send!(timings ?? [])
    timings = []
  })
  // The channel alone does not keep the process.
  process.channel?.unref()
}

function keepTimings(keep: (milliseconds: number) => void): void {
  const started = new WeakMap<object, number>()
  const responseOf = (message: unknown) => (message as { response: object }).response
  subscribe('http.server.request.start', (message) => started.set(responseOf(message), performance.now()))
  subscribe('http.server.response.finish', (message) => {
    const start = started.get(responseOf(message))
    if (start !== undefined) keep(performance.now() - start)
  })
}
