import { post } from './load.ts'
import { pause } from './own-database.ts'

const write = `mutation ($input: CreateEdgeInput!) { createEdge(input: $input) { __typename ... on CreateEdgeSuccess { edge { id } } } }`
const remove = `mutation ($input: DeleteEdgeInput!) { deleteEdge(input: $input) { __typename } }`
const read = '{ entity(by: { slug: "moskva" }) { edges(first: 100) { nodes { id } } } }'

export interface Visibility {
  /** Rounds in which the writer's own next read did not have the edge. */
  readonly missedByWriter: number
  /** Milliseconds until each other server had it, at most. */
  readonly slowestMs: number
  readonly rounds: number
}

async function sees(url: string, id: string): Promise<boolean> {
  const response = await post(url, read)
  return (await response.text()).includes(id)
}

/** Writes edges through one server after the other, and looks for each in all of them. */
export async function measureVisibility(
  urls: readonly string[],
  token: string,
  rounds: number,
): Promise<Visibility> {
  let missedByWriter = 0
  let slowestMs = 0
  for (let round = 0; round < rounds; round++) {
    const writer = urls[round % urls.length]!
    const input = { relation: 'knows', source: { slug: 'moskva' }, target: { slug: 'france' } }
    const body = (await (await post(writer, write, { input }, token)).json()) as { data?: { createEdge: { edge?: { id: string } } } } // prettier-ignore
    const id = body.data?.createEdge.edge?.id
    if (id === undefined) throw new Error(`The edge was not written: ${JSON.stringify(body)}`)
    const written = performance.now()
    if (!(await sees(writer, id))) missedByWriter++
    await Promise.all(
      urls.map(async (url) => {
        while (!(await sees(url, id)) && performance.now() - written < 10_000) await pause(10)
        slowestMs = Math.max(slowestMs, performance.now() - written)
      }),
    )
    await post(writer, remove, { input: { id, expectedRevision: 1 } }, token)
  }
  return { missedByWriter, slowestMs, rounds }
}
