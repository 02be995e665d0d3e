import { randomBytes } from 'node:crypto'
import { signAddress } from '../../src/domain/media/signed-address.ts'
import { schema } from '../../src/schema/schema.ts'
import { askEveryField } from '../differential/every-field.ts'
import { argumentsFor, told, word, writeHidden } from '../differential/hidden.ts'
import { testCursorKey, type GraphApi } from '../support/graph-api.ts'
import { post, send, verdict, type Attack, type Verdict } from './attack.ts'

/** Queries every public field for withdrawn content, now and at the past moment. */
export const takenBackAttacks: readonly Attack[] = [
  {
    name: 'what was taken back, through every field',
    async run({ api }) {
      const { pool } = api.database
      await writeHidden(pool)
      await setStatus(api, 'PUBLISHED')
      const values = await argumentsFor(pool)
      await new Promise((resolve) => setTimeout(resolve, 5))
      const moment = new Date().toISOString()
      await new Promise((resolve) => setTimeout(resolve, 5))
      const past = { ...values, asOf: [`{ at: "${moment}" }`] }
      const documents = [
        ...askEveryField(schema, values).documents.map((text) => ({ when: 'now', text })),
        ...askEveryField(schema, past).documents.flatMap((text) =>
          text.includes('asOf:') ? [{ when: 'then', text }] : [],
        ),
      ]
      // Otherwise a query for nothing would pass.
      const shown = await countTold(api, documents)
      await setStatus(api, 'DRAFT')
      const hidden = await countTold(api, documents)
      const verdicts: Verdict[] = []
      for (const [door, { told: times, failed }] of hidden)
        verdicts.push(
          verdict(
            `what was taken back, through ${door}`,
            times === 0 && failed === 0,
            `${times} of ${shown.get(door)!.told} answers that told of it still do; ${failed} failed`,
          ),
        )
      const before = [...shown.values()].reduce((sum, { told: times }) => sum + times, 0)
      return [...verdicts, verdict('what is public is told of', before > 40, `${before} answers`)]
    },
  },
  {
    name: 'files of drafts',
    async run({ api }) {
      const name = `/media/${randomBytes(32).toString('hex')}.png`
      const old = signAddress(testCursorKey, name, Date.now() - 3_600_000)
      const asked = [
        name,
        `${name}?expires=9999999999&signature=x`,
        old,
        `${name}?expires=Infinity&signature=`,
      ]
      await api.database.pool.query(
        `INSERT INTO kb_media_objects (key, kind, url, mime_type) VALUES ('draft/file', 'IMAGE', $1, 'image/png')`,
        [name],
      )
      const answers = await Promise.all(asked.map((path) => send(api.server.url + path, {})))
      return answers.map(({ status, code }, at) =>
        verdict(
          `the file of a draft by ${asked[at]!.slice(71, 100) || 'its name'}`,
          status === 404,
          `${status} ${code}`,
        ),
      )
    },
  },
]

async function setStatus(api: GraphApi, status: string): Promise<void> {
  await api.database.pool.query(
    `UPDATE kb_entities SET status = $2::kb_publication_status, revision = revision + 1 WHERE slug = $1`,
    [`${word}-x`, status],
  )
}

/** How many responses reveal the hidden content, by root field and time, and how many failed. */
async function countTold(
  api: GraphApi,
  documents: readonly { readonly when: string; readonly text: string }[],
) {
  const counts = new Map<string, { told: number; failed: number }>()
  for (const { when, text } of documents) {
    const door = `${/\w+/.exec(text)![0]} ${when}`
    const count = counts.get(door) ?? { told: 0, failed: 0 }
    counts.set(door, count)
    const { status, text: body } = await post(api, text)
    const { data } = JSON.parse(body) as { data?: unknown }
    if (status !== 200) count.failed++
    if (told(data ?? null).includes(word)) count.told++
  }
  return counts
}
