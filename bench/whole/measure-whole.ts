import type { ContenderName } from '../contender-name.ts'
import { readRss } from '../process-usage.ts'
import { medianOfKnown, rotate } from '../statistics.ts'
import { wholeClientOf } from './clients.ts'
import type { WholeContender } from './compare-whole.ts'
import { fetchWhole } from './fetch-whole.ts'

/** One answer with the whole graph. */
export interface WholeRound {
  readonly seconds: number
  readonly megabytesPerSecond: number
  /** Peak of the process's resident memory while it answered, less what it was before, MiB; null where it cannot be read. */
  readonly rssGrowthMb: number | null
}

/** Medians over the rounds, but for the memory, of which the most counts. */
export interface WholeResult extends WholeRound {
  readonly contender: ContenderName
  readonly bytes: number
  readonly rounds: readonly WholeRound[]
}

const sampleEveryMs = 10

/** Measure the whole graph, one answer at a time: the contenders warm up with one, then take turns. */
export async function measureWhole(
  contenders: readonly (WholeContender & { readonly pid: number })[],
  rounds: number,
  signal: AbortSignal,
): Promise<WholeResult[]> {
  const measured = new Map<ContenderName, WholeRound[]>(contenders.map(({ name }) => [name, []]))
  const sizes = new Map<ContenderName, number>()
  for (let round = 0; round < rounds; round++)
    for (const { name, url, pid } of rotate(contenders, round)) {
      signal.throwIfAborted()
      const before = readRss(pid)
      let peak = before
      const sample = () => {
        const now = readRss(pid)
        if (now !== null && peak !== null && now > peak) peak = now
      }
      const sampling = setInterval(sample, sampleEveryMs)
      try {
        const { seconds, bytes } = await fetchWhole(url, wholeClientOf(name))
        sample()
        sizes.set(name, bytes)
        measured.get(name)!.push({
          seconds,
          megabytesPerSecond: bytes / 1e6 / seconds,
          rssGrowthMb: before === null || peak === null ? null : peak - before,
        })
      } finally {
        clearInterval(sampling)
      }
    }
  return contenders.map(({ name }) => {
    const own = measured.get(name)!
    const growths = own.map(({ rssGrowthMb }) => rssGrowthMb).filter((growth) => growth !== null)
    return {
      contender: name,
      bytes: sizes.get(name)!,
      seconds: medianOfKnown(own.map(({ seconds }) => seconds))!,
      megabytesPerSecond: medianOfKnown(own.map(({ megabytesPerSecond }) => megabytesPerSecond))!,
      rssGrowthMb: growths.length === 0 ? null : Math.max(...growths),
      rounds: own,
    }
  })
}
