import { connect } from 'node:net'
import { verdict, type Attack } from './attack.ts'

/** Clients that send a byte now and then to keep connections; they cost real time, so only the whole audit tries them. */
export const slowAttacks: readonly Attack[] = [
  slow('headers, a byte a second', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ', 20_000),
  slow('a body, a byte a second', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{', 45_000),
] // prettier-ignore

function slow(name: string, start: string, longestMs: number): Attack {
  return {
    name,
    async run({ api }) {
      const { hostname, port } = new URL(api.server.url)
      const started = performance.now()
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.write(start)
      const drip = setInterval(() => socket.write('x'), 1000)
      let answer = ''
      socket.on('data', (data) => (answer += data.toString('latin1')))
      const ended = await Promise.race([
        new Promise<true>((resolve) => socket.once('close', () => resolve(true))),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), longestMs).unref()),
      ])
      clearInterval(drip)
      socket.destroy()
      const took = performance.now() - started
      return [
        verdict(
          name,
          ended,
          `${answer.split('\r\n')[0] || 'closed'} after ${(took / 1000).toFixed(0)} s`,
          took,
        ),
      ]
    },
  }
}
