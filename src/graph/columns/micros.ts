/** Doubles hold microseconds exactly for some 285 years before and after 1970. */
export function microsToText(micros: number): string {
  const rest = ((micros % 1000) + 1000) % 1000
  const text = new Date((micros - rest) / 1000).toISOString()
  return `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

export function textToMicros(moment: string): number {
  return Date.parse(`${moment.slice(0, 19)}Z`) * 1000 + Number(moment.slice(20, 26))
}
