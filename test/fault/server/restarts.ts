import { ask, readiness, until, type Fault } from './bench.ts'

const create = `mutation ($input: CreateEntityInput!) { createEntity(input: $input) { __typename } }`

export const restarts: Fault = {
  name: 'PostgreSQL is restarted -m immediate three times under 8 writers',
  async run({ server, pool, token, serve }) {
    const product = await serve()
    const acknowledged: string[] = []
    let isOver = false
    let refused = 0
    const write = async (writer: number) => {
      for (let at = 0; !isOver; at++) {
        const slug = `w${writer}-${at}`
        const { status, body } = await ask(product.url, create, { input: { slug, kind: 'country', title: slug } }, token)
        const isDone = status === 200 && JSON.stringify(body).includes('CreateEntitySuccess')
        if (isDone) acknowledged.push(slug)
        else {
          refused++
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
    }
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer))
    const outages: number[] = []
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      server.signal('SIGQUIT')
      const down = await until(async () => (await readiness(product.url)) === 503, 10)
      const up = await until(async () => (await readiness(product.url)) === 200, 30)
      outages.push(up ?? -1)
      if (down === null && up === null) break
    }
    await new Promise((resolve) => setTimeout(resolve, 1500))
    isOver = true
    await Promise.all(writers)
    const { rows } = await pool.query<{ slug: string }>(`SELECT slug FROM kb_entities WHERE slug LIKE 'w%-%'`)
    const { rows: history } = await pool.query<{ slug: string }>(`SELECT subject_key AS slug FROM kb_changes WHERE subject_key LIKE 'w%-%'`)
    const lost = acknowledged.filter((slug) => !rows.some((row) => row.slug === slug))
    const problems = [
      ...(lost.length === 0 ? [] : [`${lost.length} acknowledged writes are gone`]),
      ...(history.length === rows.length ? [] : [`${rows.length} entities, ${history.length} changes`]),
      ...(product.isAlive() ? [] : ['the process ended']),
      ...(outages.length === 3 && outages.every((seconds) => seconds >= 0) ? [] : ['readiness did not come back']),
      ...(acknowledged.length > 50 ? [] : [`only ${acknowledged.length} writes`]),
    ]
    return {
      problems,
      said: `${acknowledged.length} acknowledged, ${refused} refused, 0 lost; ready again after ${outages.map((seconds) => `${seconds.toFixed(1)} s`).join(', ')}`,
    }
  },
} // prettier-ignore
