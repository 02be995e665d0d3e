import { readFileSync } from 'node:fs'

/** What a moment's look at the processes says; null on systems without /proc. */
export interface UsageReading {
  /** CPU that Node has used so far, milliseconds. */
  readonly nodeMs: number | null
  /** CPU that the PostgreSQL server and all its processes have used so far, milliseconds. */
  readonly postgresMs: number | null
  /** Resident memory of Node, MiB. */
  readonly rssMb: number | null
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const tickMs = 10

/**
 * CPU and memory of a contender and of the server that all contenders share. One contender works at a time, so what
 * PostgreSQL used meanwhile, its parallel workers and background processes included, was used for that one.
 */
export function readUsage(nodePid: number, postmasterPid: number): UsageReading {
  return {
    nodeMs: orNull(() => cpuMs(nodePid)),
    postgresMs: orNull(() => familyMs(postmasterPid)),
    rssMb: readRss(nodePid),
  }
}

/** Resident memory of a process, MiB; null on systems without /proc. */
export function readRss(pid: number): number | null {
  return orNull(() => {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
    return Number(kilobytes) / 1024
  })
}

/** CPU used between two readings, milliseconds. */
export function usedMs(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before
}

function familyMs(postmasterPid: number): number {
  const children = readFileSync(`/proc/${postmasterPid}/task/${postmasterPid}/children`, 'utf8')
  // The children that have ended count within the parent.
  return children
    .split(' ')
    .filter((pid) => pid.trim() !== '')
    .reduce((sum, pid) => sum + (orNull(() => cpuMs(Number(pid))) ?? 0), cpuMs(postmasterPid, true))
}

function cpuMs(pid: number, withEndedChildren = false): number {
  // The name, in parentheses, may hold blanks; the 14th to 17th field are utime, stime, cutime, cstime.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number)
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number]
  return (user + system + (withEndedChildren ? endedUser + endedSystem : 0)) * tickMs
}

function orNull(read: () => number): number | null {
  try {
    return read()
  } catch {
    return null // No /proc, or the process has just ended.
  }
}
