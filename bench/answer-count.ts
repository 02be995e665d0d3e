/** Answers of one of our servers so far, and those of them that came from its response cache. */
export interface AnswerCount {
  readonly all: number
  readonly cached: number
}

/** Sign in to a server, and read its count of answers from `/metrics`. */
export async function openAnswerCount(url: string, password: string): Promise<() => Promise<AnswerCount>> {
  const signedIn = await fetch(`${url}/api/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (cookie === undefined) throw new Error(`${url} let nobody sign in: ${await signedIn.text()}`)
  return async () => {
    const text = await (await fetch(`${url}/metrics`, { headers: { cookie } })).text()
    const found = text.matchAll(/^kb_fast_lane_answers_total\{from="(\w+)"\} (\d+)$/gm)
    const counts = new Map([...found].map(([, from, count]) => [from, Number(count)]))
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
    return { all, cached: counts.get('kept') ?? 0 }
  }
}
