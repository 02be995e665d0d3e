import { slopeOf, type Sample } from './slope.ts'

/** Caches fill, and the compiler works: what memory grows by meanwhile says nothing of later. */
const warmUpMinutes = 10
/** After which a slope is told from the waves of the garbage collector. */
const leastMinutes = 10
/** Megabytes, and connections, a minute that are told from none. */
const flat = { rss: 2, connections: 0.2 }

export interface Observed {
  readonly rss: readonly Sample[]
  readonly connections: readonly Sample[]
  readonly unexpected: number
  readonly isAlive: boolean
}

export interface Verdict {
  readonly hasFailed: boolean
  /** A sentence each. */
  readonly lines: readonly string[]
}

/** What a soak has shown. Memory is judged only by what comes after the warming up; where that is too little it says so. */
export function judge({ rss, connections, unexpected, isAlive }: Observed): Verdict {
  const later = rss.filter(({ minutes }) => minutes >= warmUpMinutes)
  const judged = later.length < 2 ? 0 : later.at(-1)!.minutes - later[0]!.minutes
  const memory = slopeOf(later.length < 2 ? rss : later)
  const isJudged = judged >= leastMinutes
  const sockets = slopeOf(connections.slice(Math.floor(connections.length / 3)))
  const faults = {
    errors: unexpected > 0,
    process: !isAlive,
    memory: isJudged && memory >= flat.rss,
    connections: sockets >= flat.connections,
  }
  const say = (hasFault: boolean) => (hasFault ? 'FAIL' : 'PASS')
  const most = Math.max(...connections.map(({ value }) => value))
  return {
    hasFailed: Object.values(faults).includes(true),
    lines: [
      `${say(faults.errors)}  unexpected errors: ${unexpected}`,
      `${say(faults.process)}  the process ${isAlive ? 'lives' : 'has ended'}`,
      isJudged
        ? `${say(faults.memory)}  memory grows by ${memory.toFixed(2)} MB a minute over the ${judged.toFixed(0)} minutes after the warming up, from ${later[0]!.value.toFixed(0)} to ${later.at(-1)!.value.toFixed(0)} MB; ${flat.rss} is too much`
        : `NOT JUDGED  memory: it warms up for ${warmUpMinutes} minutes, and another ${leastMinutes} must be seen; run with --minutes ${warmUpMinutes + leastMinutes + 1} or more. It went to ${rss.at(-1)?.value.toFixed(0) ?? '–'} MB`,
      `${say(faults.connections)}  connections grow by ${sockets.toFixed(2)} a minute, ${most} at most; ${flat.connections} is too much`,
    ],
  }
}
