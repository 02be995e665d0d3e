import { describe, expect, it } from 'vitest'
import { exactUpTo } from '../../src/graph/metrics/measure-graph.ts'
import { createEnds } from '../../src/graph/metrics/metrics-input.ts'
import { createMetricsKeeper, type MeasurableState } from '../../src/readers/metrics-keeper.ts'

/** Versions of a ring graph that open when released. */
function createVersions(nodeCount: number) {
  const opened: number[] = []
  const waiting = new Map<number, () => void>()
  let begin: () => void = () => undefined
  const input = { nodeCount, isSymmetric: new Uint8Array(1), ...createEnds(nodeCount) }
  for (let node = 0; node < nodeCount; node++) {
    input.sourceOf[node] = node
    input.targetOf[node] = (node + 1) % nodeCount
  }
  const wanted = (version: number) => ({
    key: `version ${version}`,
    async open(signal: AbortSignal): Promise<MeasurableState> {
      opened.push(version)
      begin()
      await new Promise<void>((resolve, reject) => {
        waiting.set(version, resolve)
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
      return { version, input, find: (slug) => Number(slug), graphHash: () => `hash ${version}` }
    },
  })
  return {
    opened,
    wanted,
    letGo: (version: number) => waiting.get(version)!(),
    nextOpened: () => new Promise<void>((resolve) => (begin = resolve)),
  }
}
const small = 12
const large = exactUpTo + 1
const versionOf = async (figures: Promise<{ metricsOf(slug: string): { graphVersion: number } | null }>) =>
  (await figures).metricsOf('3')!.graphVersion

describe('the metrics keeper', () => {
  it('measures one state at a time, and only the newest of those waiting', async () => {
    const { opened, wanted, letGo, nextOpened } = createVersions(small)
    const series = createMetricsKeeper().series(true)
    const asked = [series.figuresOf(wanted(1))]
    for (let version = 2; version <= 10; version++) asked.push(series.figuresOf(wanted(version)))
    expect(opened).toEqual([1])
    const next = nextOpened()
    letGo(1)
    await next
    letGo(10)
    const versions = await Promise.all(asked.map(versionOf))
    expect(versions).toEqual([1, 10, 10, 10, 10, 10, 10, 10, 10, 10])
    expect(opened).toEqual([1, 10])
    expect(await versionOf(series.figuresOf(wanted(10)))).toBe(10)
    expect(opened).toEqual([1, 10])
  })

  it('takes the series of all readers in turn', async () => {
    const keeper = createMetricsKeeper()
    const [one, other] = [createVersions(small), createVersions(small)]
    const first = keeper.series(true).figuresOf(one.wanted(1))
    const second = keeper.series(true).figuresOf(other.wanted(2))
    expect([one.opened, other.opened]).toEqual([[1], []])
    const next = other.nextOpened()
    one.letGo(1)
    await next
    other.letGo(2)
    expect([await versionOf(first), await versionOf(second)]).toEqual([1, 2])
  })

  it('returns the last metrics of a large graph, with their version, while computing new ones', async () => {
    const { opened, wanted, letGo, nextOpened } = createVersions(large)
    const series = createMetricsKeeper().series(true)
    const first = series.figuresOf(wanted(1))
    letGo(1)
    await first
    const next = nextOpened()
    const meanwhile = (await series.figuresOf(wanted(2))).metricsOf('3')
    expect(meanwhile).toMatchObject({ graphVersion: 1, graphHash: 'hash 1', isApproximate: true, degree: 2 })
    await next
    expect(opened).toEqual([1, 2])
    letGo(2)
    await expect.poll(() => versionOf(series.figuresOf(wanted(2)))).toBe(2)
    expect(opened).toEqual([1, 2])
  })

  it('reports that it is still computing, and has the metrics afterwards', async () => {
    const { opened, wanted, letGo } = createVersions(large)
    const series = createMetricsKeeper(20).series(true)
    await expect(series.figuresOf(wanted(1))).rejects.toMatchObject({ code: 'TIMEOUT' })
    letGo(1)
    await expect.poll(() => versionOf(series.figuresOf(wanted(1))).catch(() => 0)).toBe(1)
    expect(opened).toEqual([1])
  })

  it('aborts computations of past moments that nobody awaits', async () => {
    const { opened, wanted, letGo } = createVersions(small)
    const keeper = createMetricsKeeper(20)
    const past = keeper.series(false)
    const [running, waiting] = [past.figuresOf(wanted(1)), past.figuresOf(wanted(2))]
    for (const asked of await Promise.allSettled([running, waiting]))
      expect(asked).toMatchObject({ reason: { code: 'TIMEOUT' } })
    const now = keeper.series(true)
    const isMeasured = () => versionOf(now.figuresOf(wanted(3))).catch(() => 0)
    await isMeasured()
    letGo(3)
    await expect.poll(isMeasured).toBe(3)
    expect(opened).toEqual([1, 3])
  })

  it('starts again after a failure', async () => {
    const { wanted, letGo } = createVersions(small)
    const series = createMetricsKeeper().series(true)
    const broken = { key: 'version 1', open: () => Promise.reject(new Error('no connection')) }
    await expect(series.figuresOf(broken)).rejects.toThrow('no connection')
    const again = series.figuresOf(wanted(1))
    letGo(1)
    expect(await versionOf(again)).toBe(1)
  })

  it('rejects running and waiting requests at once when stopped', async () => {
    const { wanted, letGo } = createVersions(200_000)
    const keeper = createMetricsKeeper()
    const series = keeper.series(true)
    const asked = Promise.allSettled([series.figuresOf(wanted(1)), series.figuresOf(wanted(2))])
    letGo(1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    keeper.stop()
    for (const one of [...(await asked), ...(await Promise.allSettled([series.figuresOf(wanted(3))]))])
      expect(one).toMatchObject({ reason: { code: 'BACKEND_UNAVAILABLE' } })
  })
})
