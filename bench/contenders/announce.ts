/**
 * Tell the bench where this contender listens, and stop when the bench says so or is gone: its end of standard input
 * closes then, however it ended.
 */
export function announce(url: string, stop: () => Promise<unknown>): void {
  let isStopping = false
  const end = () => {
    if (isStopping) return
    isStopping = true
    void stop().finally(() => process.exit(0))
  }
  process.stdin.on('end', end).resume()
  process.once('SIGTERM', end)
  process.on('SIGINT', () => {}) // Ctrl-C reaches all processes of the terminal; the bench decides.
  process.stdout.write(`${url}\n`)
}
