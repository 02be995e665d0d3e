import type { BenchRequest } from './clients/client.ts'

/**
 * Send one request and read its answer.
 *
 * @throws Error that quotes the answer, where it is not a 200 or has GraphQL errors
 */
export async function ask(url: string, request: BenchRequest): Promise<unknown> {
  const text = await askText(url, request)
  const answer = JSON.parse(text) as { errors?: unknown }
  if (answer.errors) throw unexpected(url, request, 200, text)
  return answer
}

/**
 * Send one request and give the text of its answer.
 *
 * @throws Error that quotes the answer, where it is not a 200
 */
export async function askText(url: string, request: BenchRequest): Promise<string> {
  const response = await fetch(url + request.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: request.body,
  })
  const text = await response.text()
  if (response.status !== 200) throw unexpected(url, request, response.status, text)
  return text
}

function unexpected(url: string, { path, body }: BenchRequest, status: number, text: string): Error {
  return new Error(`${url}${path} answered ${status} to ${body.slice(0, 500)}:\n${text.slice(0, 2000)}`)
}
