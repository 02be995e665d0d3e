import { askText } from './ask.ts'
import type { BenchRequest } from './clients/client.ts'
import { inParallel } from './in-parallel.ts'

/** A request's body and the text of its answer. */
export type KnownAnswer = readonly [body: string, answer: string]

/** Answers handed over at once, and questions asked at a time. */
const batchSize = 500
const atATime = 16

/** Ask one contender everything and hand its answers to the contender `http`, which knows nothing else from then on. */
export async function handAnswers(
  from: string,
  to: string,
  requests: readonly BenchRequest[],
): Promise<void> {
  await askText(to, { path: '/forget', body: '{}' })
  for (let at = 0; at < requests.length; at += batchSize) {
    const answers = await inParallel(
      requests.slice(at, at + batchSize),
      atATime,
      async (request): Promise<KnownAnswer> => [request.body, await askText(from, request)],
    )
    await askText(to, { path: '/load', body: JSON.stringify(answers) })
  }
}
