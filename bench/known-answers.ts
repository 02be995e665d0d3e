import { askText } from './ask.ts'
import type { BenchRequest } from './clients/client.ts'

/** A request's body and the text of its answer. */
export type KnownAnswer = readonly [body: string, answer: string]

/** Ask one contender everything and hand its answers to the contender `http`, which knows nothing else from then on. */
export async function handAnswers(
  from: string,
  to: string,
  requests: readonly BenchRequest[],
): Promise<void> {
  const answers: KnownAnswer[] = []
  for (const request of requests) answers.push([request.body, await askText(from, request)])
  await askText(to, { path: '/load', body: JSON.stringify(answers) })
}
