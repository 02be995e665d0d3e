import { Histogram, Registry, type Metric } from 'prom-client'
import { expect, test } from 'vitest'
import { createDurationHistogram, durationBounds } from '../../../src/http/metrics/duration-histogram.ts'

test('exposes the same text as prom-client’s histogram', async () => {
  const [name, help] = ['some_seconds', 'Some durations']
  const [ours, theirs] = [new Registry(), new Registry()]
  const own = createDurationHistogram(name, help)
  ours.registerMetric(own as unknown as Metric)
  const other = new Histogram({
    name,
    help,
    labelNames: ['what'],
    buckets: durationBounds,
    registers: [theirs],
  })
  const durations = [
    0,
    0.001,
    0.00100001,
    0.0025,
    0.3,
    10,
    10.1,
    1e6,
    ...Array.from({ length: 500 }, () => 10 ** (Math.random() * 6 - 4)),
  ]
  for (const [at, seconds] of durations.entries()) {
    const what = at % 3 === 0 ? 'one' : 'a "quoted"\nother'
    own.observe(what, seconds, () => ({ what }))
    other.observe({ what }, seconds)
  }
  expect(await ours.metrics()).toBe(await theirs.metrics())
  expect(await ours.metrics()).toContain('some_seconds_bucket{le="0.001",what="one"}')
})
