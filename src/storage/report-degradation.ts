import type { Log } from '../log.ts'
import type { Degradation } from './drivers/fallback.ts'

/** Logs when the active backend fails or its fallback lags behind, and when it recovers. */
export function reportDegradation(log: Pick<Log, 'info' | 'warn'>): (status: Degradation) => void {
  return ({ primary, mirror }) => {
    if (primary !== null)
      log.warn(`The content state is read from the fallback, and saves are refused: ${primary}`)
    else if (mirror !== null) log.warn(`The fallback does not have the newest content state: ${mirror}`)
    else log.info('The content state and its fallback are healthy again.')
  }
}
