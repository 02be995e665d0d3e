import type { GraphApi } from '../support/graph-api.ts'

export interface Answer {
  readonly status: number
  readonly code: string | null
  readonly milliseconds: number
  readonly text: string
}

/** What was tried, the response, and what is wrong with it. */
export interface Verdict {
  readonly attack: string
  readonly answer: string
  readonly milliseconds: number
  /** Null if the response is right. */
  readonly finding: string | null
}

export interface Attack {
  readonly name: string
  run(target: Target): Promise<readonly Verdict[]>
}
export interface Target {
  readonly api: GraphApi
  /** Whether times count; not on a shared machine. */
  readonly isTimed: boolean
}

/** Maximum server time of a refusal. */
export const refusalMs = 50

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

/** @param right expected statuses and codes, for example `400 COST_EXCEEDED` */
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

export function verdict(attack: string, isRight: boolean, answer: string, milliseconds = 0): Verdict {
  return { attack, answer, milliseconds, finding: isRight ? null : answer }
}

const repeat = (count: number, text: string) => `${text} `.repeat(count)

/** Documents with quadratic validation, unless counted first. */
export const floods = {
  '1,800 equal fields in inline fragments': `{ entity(by: {slug: "spain"}) { ${repeat(40, `... { ${repeat(45, 'title')}}`)} } }`,
  '1,600 equal fields below equal fields': `{ entity(by: {slug: "spain"}) { ${repeat(40, `kind { ${repeat(40, 'label')}}`)} } }`,
} as const
