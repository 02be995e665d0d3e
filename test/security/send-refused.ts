import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

/** In a worker thread: clients that send refused documents without a pause, each from its own address. */
const { url, senders, body } = workerData as { url: string; senders: number; body: string }
const agent = new Agent({ keepAlive: true })

function send(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': address }
    const sent = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', resolve)
    })
    sent.on('error', reject).end(body)
  })
}

let count = 0
for (let sender = 0; sender < senders; sender++)
  void (async () => {
    for (;;) {
      await send(`192.0.2.${sender}`).catch(() => pause(100))
      count++
    }
  })()
parentPort!.on('message', () => parentPort!.postMessage(count))
