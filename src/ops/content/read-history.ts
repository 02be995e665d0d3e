import type { ContentDriver, ContentVersionHead } from '../../storage/content-driver.ts'

const pageSize = 200

export async function readHistory(driver: ContentDriver): Promise<ContentVersionHead[]> {
  const heads: ContentVersionHead[] = []
  for (;;) {
    const after = heads.at(-1)?.version ?? 0
    const page = await driver.listVersions({ after, limit: pageSize, order: 'oldest-first' })
    heads.push(...page)
    if (page.length < pageSize) return heads
  }
}
