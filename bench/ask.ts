import type { BenchRequest } from './clients/client.ts'

/**
 * Send one request and read its answer.
 *
 * @throws Error that quotes the answer, where it is not a 200 or has GraphQL errors
 */
export async function ask(url: string, { path, body }: BenchRequest): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  })
  const text = await response.text()
  const answer = response.status === 200 ? (JSON.parse(text) as { errors?: unknown }) : null
  if (answer === null || answer.errors)
    throw new Error(
      `${url}${path} answered ${response.status} to ${body.slice(0, 500)}:\n${text.slice(0, 2000)}`,
    )
  return answer
}
