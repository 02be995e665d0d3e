import { parentPort, workerData } from 'node:worker_threads'
import { hashRows, type HashedRows } from './hash-rows.ts'

parentPort!.postMessage((workerData as readonly HashedRows[]).map(hashRows))
