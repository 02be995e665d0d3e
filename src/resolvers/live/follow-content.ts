import { getContentState, type ContentContext, type ContentStateRecord } from '../content-state.ts'
import { follow, type LiveContext } from './follow.ts'

/** The content state that is current, then each that replaces it. Of several quick saves the last is enough. */
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
