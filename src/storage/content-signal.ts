import { pollSignal, type SharedSignal } from '../domain/signal.ts'
import type { ContentDriver } from './content-driver.ts'

const everyMs = 1000

/** Tells that another content state is current, on whichever store: only one of the three could tell it by itself. */
export function createContentSignal(driver: ContentDriver): SharedSignal {
  return pollSignal(async () => (await driver.readHead())?.hash ?? null, everyMs)
}
