import { describe, expect, test } from 'vitest'
import { createResponseCount, createTracer, tracedRequest } from '../../bench/raw-connection.ts'

/** Feeds a text in pieces of a size; gives the statuses and errors that were told. */
function feed(text: string, size: number): { statuses: number[]; errors: string[] } {
  const told = { statuses: [] as number[], errors: [] as string[] }
  const read = createResponseCount({
    onResponse: (status) => told.statuses.push(status),
    onError: ({ message }) => told.errors.push(message),
  })
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += size) read(bytes.subarray(start, start + size))
  return told
}

const sized = (status: number, body: string) =>
  `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n`

describe('the counting of answers', () => {
  test.each([1, 2, 3, 7, 50, 10_000])('is right for pieces of %i bytes', (size) => {
    expect(feed(sized(200, '{"title":"Åland"}'), size)).toEqual({ statuses: [200], errors: [] })
    expect(feed(chunked, size)).toEqual({ statuses: [200], errors: [] })
  })

  test('goes on with the next answer of the connection', () => {
    const told: number[] = []
    const read = createResponseCount({ onResponse: (status) => told.push(status), onError: () => {} })
    for (const answer of [sized(200, '{}'), chunked, sized(500, 'no'), sized(200, '')])
      for (const byte of Buffer.from(answer)) read(Buffer.from([byte]))
    expect(told).toEqual([200, 200, 500, 200])
  })

  test('tells of an answer that it cannot count', () => {
    expect(feed('HTTP/1.1 200 OK\r\n\r\n{}', 100).errors).toEqual([
      'an answer has neither content-length nor chunks',
    ])
    expect(feed(`${sized(200, '{}')}more`, 1000).errors).toEqual([
      'an answer is longer than its content-length',
    ])
  })
})

test('each request carries a trace id of its own, and is the same else', () => {
  const trace = createTracer()
  const request = tracedRequest('http://127.0.0.1:1', { path: '/graphql', body: '{"title":"Åland"}' })
  const sent = [trace(request).toString(), trace(request).toString()]
  const traceparent = /^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01\r$/m
  for (const text of sent) expect(text).toMatch(traceparent)
  expect(sent[0]).not.toBe(sent[1])
  const [one, two] = sent.map((text) => text.replace(traceparent, ''))
  expect(one).toBe(two)
  expect(one).toMatch(/content-length: 18\r\n\r\n\{"title":"Åland"\}$/)
})
