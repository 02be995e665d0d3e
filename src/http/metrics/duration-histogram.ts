type Labels = Readonly<Record<string, string>>

interface Series {
  readonly labels: Labels
  /** Observations by upper bound; the last one is +Inf. */
  readonly counts: Float64Array
  sum: number
}

/** Seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * A histogram for prom-client's registry. Its own takes 3 µs per observation, a tenth of a cached response.
 * Format: https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries
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
    /** Called by the registry for each scrape. */
    get: () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...all.values()].flatMap(valuesOf),
    }),
  }
}
