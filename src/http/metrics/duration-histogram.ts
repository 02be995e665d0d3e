/** What a series tells of itself, such as the name of an operation. */
type Labels = Readonly<Record<string, string>>

interface Series {
  readonly labels: Labels
  /** Observations by the first bound that they do not pass; the last are beyond all. */
  readonly counts: Float64Array
  sum: number
}

/** Seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * A histogram of durations for a registry of prom-client, whose own takes 3 µs for an observation: a tenth of what it takes to
 * answer a query that is known.
 *
 * Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries
 */
export function createDurationHistogram(name: string, help: string) {
  const all = new Map<string, Series>()
  const valueOf = (part: string, labels: Readonly<Record<string, string | number>>, value: number) => ({
    metricName: `${name}_${part}`,
    labels,
    value,
  })

  function valuesOf({ labels, counts, sum }: Series) {
    let count = 0
    const buckets = Array.from(counts, (own, bucket) => {
      count += own
      return valueOf('bucket', { le: durationBounds[bucket] ?? '+Inf', ...labels }, count)
    })
    return [...buckets, valueOf('sum', labels, sum), valueOf('count', labels, count)]
  }

  return {
    name,
    /** @param key names the series */
    observe(key: string, seconds: number, labelsOf: () => Labels): void {
      let series = all.get(key)
      if (series === undefined) {
        series = { labels: labelsOf(), counts: new Float64Array(durationBounds.length + 1), sum: 0 }
        all.set(key, series)
      }
      let bucket = 0
      while (bucket < durationBounds.length && seconds > durationBounds[bucket]!) bucket++
      series.counts[bucket]!++
      series.sum += seconds
    },
    /** What the registry asks for when it is exposed. */
    get: () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...all.values()].flatMap(valuesOf),
    }),
  }
}
