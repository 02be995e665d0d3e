export interface Following<Data> {
  readonly status: number
  /** What came so far. */
  readonly events: Data[]
  /** The next that has not been taken yet. @throws if nothing comes in time, or nothing more */
  next(withinMs?: number): Promise<Data>
  /** Ends when the server ends the stream, well or not. */
  readonly ended: Promise<'complete' | 'broken'>
  close(): void
}

/** Follows one subscription over server-sent events, as a client does. */
export async function followEvents<Data = Record<string, unknown>>(
  url: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Following<Data>> {
  const leaving = new AbortController()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  })
  const events: Data[] = []
  let taken = 0
  let wake: () => void = () => undefined
  let isComplete = false
  const ended = (async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk, { stream: true })
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const lines = text.slice(0, end).split('\n')
        if (lines.includes('event: complete')) isComplete = true
        const data = lines.find((line) => line.startsWith('data: '))?.slice(6)
        if (data) events.push(JSON.parse(data) as Data)
      }
      wake()
    }
  })().then(
    () => (isComplete ? 'complete' : 'broken'),
    () => 'broken' as const,
  )
  return {
    status: response.status,
    events,
    ended,
    close: () => leaving.abort(),
    async next(withinMs = 5000) {
      const timeout = AbortSignal.timeout(withinMs)
      while (events.length <= taken) {
        const isOver = await Promise.race([
          new Promise<false>((resolve) => (wake = () => resolve(false))),
          ended.then(() => true),
          new Promise<true>((resolve) => timeout.addEventListener('abort', () => resolve(true))),
        ])
        if (isOver && events.length <= taken) throw new Error('no event came')
      }
      return events[taken++]!
    },
  }
}
