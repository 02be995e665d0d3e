/** A figure at a time. */
export interface Sample {
  readonly minutes: number
  readonly value: number
}

/** How much a figure grows a minute: the slope of the line that least squares lays through its samples. */
export function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const [x, y] = [mean(({ minutes }) => minutes), mean(({ value }) => value)]
  const covariance = mean(({ minutes, value }) => (minutes - x) * (value - y))
  const variance = mean(({ minutes }) => (minutes - x) ** 2)
  return variance === 0 ? 0 : covariance / variance
}
