import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadSettings } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { loadSample } from '../../src/ops/load/load-sample.ts'
import { startServer, type RunningServer } from '../../src/server.ts'
import { hasBrowser, openBrowser } from '../support/browser.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { silentLog } from '../support/silent-log.ts'

let browser: Browser
let dataDir: string
beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
  dataDir = await mkdtemp(join(tmpdir(), 'kb-graphiql-'))
})
afterAll(async () => {
  if (hasBrowser) await browser.close()
  await rm(dataDir, { recursive: true, force: true })
})

/** Somebody's own graph, which has nothing of the sample. */
async function writeOwnGraph(pool: Pool): Promise<void> {
  await pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('song', 'Song')`)
  await pool.query(`INSERT INTO kb_relations (key, label) VALUES ('quotes', 'quotes')`)
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ('hymn', 'song', 'A Hymn', 'PUBLISHED', repeat('0', 64)), ('reprise', 'song', 'Reprise', 'PUBLISHED', repeat('0', 64))`,
  )
  await pool.query(
    `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) VALUES ('quotes', 'reprise', 'hymn', repeat('0', 64))`,
  )
}

// A page of 9 MB, which starts an editor and its workers: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

describe.skipIf(!hasBrowser).each<[string, (pool: Pool) => Promise<unknown>, string]>([
  ['the sample', (pool) => loadSample({ pool, dataDir, log: silentLog }), 'Spain'],
  ['a graph of somebody’s own', writeOwnGraph, 'A Hymn'],
])('GraphiQL over %s', (_, fill, neighbor) => {
  let database: TestDatabase
  let server: RunningServer
  let page: Page
  beforeAll(async () => {
    database = await createTestDatabase()
    await fill(database.pool)
    const settings = loadSettings({ PORT: '0', KB_DATA_DIR: dataDir, DATABASE_URL: database.url })
    server = await startServer(settings, createLog({ level: 'silent', format: 'json' }))
    page = await browser.newPage()
  }, 60_000)
  afterAll(async () => {
    await page.close()
    await server.stop()
    await database.drop()
  })

  const tabs = () => page.locator('.graphiql-tab').allInnerTexts()
  const active = () => page.locator('.graphiql-tab-active').innerText()
  const visit = async () => {
    await page.goto(server.url)
    await page.locator('.graphiql-execute-button').waitFor()
  }
  const answerOfClick = async (): Promise<string> => {
    const answered = page.waitForResponse(
      (response) =>
        response.request().method() === 'POST' && !response.request().postData()!.includes('Introspection'),
    )
    await page.locator('.graphiql-execute-button').click()
    return (await answered).text()
  }

  test('the first click answers, and so does every example', async () => {
    await visit()
    const names = await tabs()
    expect(names).toHaveLength(4)
    expect(await answerOfClick()).toContain(neighbor)
    expect(await page.locator('.graphiql-editor-tool').innerText()).toContain('slug')
    for (const [at] of names.entries()) {
      await page.locator('.graphiql-tab-button').nth(at).click()
      const answer = await answerOfClick()
      expect(answer).not.toContain('"errors"')
      // Each finds something.
      expect(answer).toMatch(/"(title|label)":"[^"]/)
    }
  })

  test('a second visit opens the tab that was left, with its variables, and no blank one', async () => {
    const [names, left] = [await tabs(), await active()]
    await visit()
    expect([await tabs(), await active()]).toEqual([names, left])
    await page.locator('.graphiql-tab-button').first().click()
    // GraphiQL remembers a tab half a second after the click.
    await page.waitForFunction(() =>
      /"activeTabIndex":0\b/.test(localStorage.getItem('graphiql:tabState') ?? ''),
    )
    await visit()
    expect(await active()).toBe(names[0])
    expect(await answerOfClick()).toContain(neighbor)
  })
})
