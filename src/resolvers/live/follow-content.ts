import { getContentState, type ContentContext, type ContentStateRecord } from '../content-state.ts'
import { follow, type LiveContext } from './follow.ts'

/** The current content state, then every replacement; quick successive saves may be skipped. */
export function followContent(
  context: ContentContext & LiveContext,
): AsyncIterableIterator<ContentStateRecord> {
  const { storage } = context.admin
  let told: string | undefined
  return follow(context, 'content', async () => {
    const head = await storage.driver.readHead()
    if (told === (head?.hash ?? '')) return []
    const state = await getContentState(context.admin)
    told = state.version === 0 ? '' : state.hash
    return [state]
  })
}
