import { pollSignal, type SharedSignal } from '../domain/signal.ts'
import type { ContentDriver } from './content-driver.ts'

const everyMs = 1000

/** Signals a new content state by polling: only one of the three stores could notify. */
export function createContentSignal(driver: ContentDriver): SharedSignal {
  return pollSignal(async () => (await driver.readHead())?.hash ?? null, everyMs)
}
