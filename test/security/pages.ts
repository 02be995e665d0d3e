import { createServer } from 'node:http'
import { listenOnFreePort } from '../../bench/contenders/listen.ts'
import { createFaultSchema, startTestServer } from '../support/http-server.ts'
import { createMutations } from '../support/mutations.ts'
import { verdict, type Attack } from './attack.ts'
import { openBrowser, type Browser } from './browser.ts'
import { titleOf, xss } from './injections.ts'

/** A permissive page, to prove that the attack would detect scripts. */
async function findsWhatRuns(browser: Browser): Promise<boolean> {
  const open = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<img src=x onerror=alert(1)>`),
  )
  try {
    const { dialogs } = await browser.visit(await listenOnFreePort(open))
    return dialogs.length > 0
  } finally {
    open.close()
  }
}

/** Texts that would run as HTML, at every address that shows them, in a real browser. */
export const pageAttack: Attack = {
  name: 'texts that would run, in a real browser',
  async run({ api }) {
    const browser = await openBrowser()
    if (browser === null) return [verdict('payloads in a real browser', true, 'not tried: Chromium is not installed')]
    const graphiql = await startTestServer({ schema: createFaultSchema({}), hasGraphiql: true })
    try {
      if (!(await findsWhatRuns(browser))) return [verdict('a page that runs scripts', false, 'was not noticed')]
      const { createEntity } = createMutations(api)
      const wrong: string[] = []
      let pages = 0
      const look = async (url: string) => {
        pages++
        const { dialogs, asked } = await browser.visit(url)
        if (dialogs.length + asked.length > 0) wrong.push(`${url}: ${[...dialogs, ...asked].join(', ')}`)
      }
      for (const [at, text] of xss.entries()) {
        const slug = `page-${at}`
        await createEntity({ slug, kind: 'country', title: titleOf(text), status: 'PUBLISHED', summary: text })
        const query = `{ entity(by: { slug: "${slug}" }) { title summary } }`
        await look(`${api.server.url}/graphql?query=${encodeURIComponent(query)}`)
        await look(`${api.server.url}/graphql?query=${encodeURIComponent(text)}`)
        await look(`${api.server.url}/${encodeURIComponent(text)}`)
        await look(`${graphiql.url}/graphql?query=${encodeURIComponent(text)}&variables=${encodeURIComponent(text)}`)
      }
      await look(`${api.server.url}/api/constellation`)
      return [verdict(`${xss.length} payloads on ${pages} pages of a real browser`, wrong.length === 0, wrong[0] ?? 'nothing ran, nobody was asked')]
    } finally {
      await browser.stop()
      await graphiql.stop()
    }
  },
} // prettier-ignore
