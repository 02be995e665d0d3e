import type { GraphApi } from '../support/graph-api.ts'

/** One answer of the server, as an attacker sees it. */
export interface Answer {
  readonly status: number
  /** Of the first error; null if there is none. */
  readonly code: string | null
  readonly milliseconds: number
  readonly text: string
}

/** What was tried, what came, and what is wrong with that. */
export interface Verdict {
  readonly attack: string
  readonly answer: string
  readonly milliseconds: number
  /** Null if the answer is the right one. */
  readonly finding: string | null
}

/** Tries something; several verdicts if it is several things. */
export interface Attack {
  readonly name: string
  run(target: Target): Promise<readonly Verdict[]>
}
export interface Target {
  readonly api: GraphApi
  /** Whether times count: not in a test, which may share its machine. */
  readonly isTimed: boolean
}

/** A refusal must cost the server less than this. */
export const refusalMs = 50

/** Posts one operation. */
export function post(
  { server }: GraphApi,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
}

export async function send(url: string, init: RequestInit): Promise<Answer> {
  const started = performance.now()
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, code: codeOf(text), milliseconds: performance.now() - started, text }
}

function codeOf(text: string): string | null {
  try {
    const body = JSON.parse(text) as {
      errors?: { extensions?: { code?: string } }[]
      error?: { code?: string }
      data?: Record<string, { code?: string } | null> | null
    }
    const union = Object.values(body.data ?? {}).find((value) => value?.code !== undefined)
    return body.errors?.[0]?.extensions?.code ?? body.error?.code ?? union?.code ?? null
  } catch {
    return null
  }
}

/** @param right statuses and codes that are the right answer, for example `400 COST_EXCEEDED` */
export function judge(
  attack: string,
  { status, code, milliseconds }: Answer,
  right: readonly string[],
  longestMs = Infinity,
): Verdict {
  const answer = `${status}${code === null ? '' : ` ${code}`}`
  const finding = !right.includes(answer)
    ? `answered ${answer}, not ${right.join(' or ')}`
    : milliseconds > longestMs
      ? `took ${milliseconds.toFixed(0)} ms to refuse`
      : null
  return { attack, answer, milliseconds, finding }
}

/** A verdict of something that was looked at in other ways. */
export function verdict(attack: string, isRight: boolean, answer: string, milliseconds = 0): Verdict {
  return { attack, answer, milliseconds, finding: isRight ? null : answer }
}

const repeat = (count: number, text: string) => `${text} `.repeat(count)

/** Documents whose validation costs a square of their length where nothing counts before. */
export const floods = {
  '1,800 equal fields in inline fragments': `{ entity(by: {slug: "spain"}) { ${repeat(40, `... { ${repeat(45, 'title')}}`)} } }`,
  '1,600 equal fields below equal fields': `{ entity(by: {slug: "spain"}) { ${repeat(40, `kind { ${repeat(40, 'label')}}`)} } }`,
} as const
