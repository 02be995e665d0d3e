import { parentPort } from 'node:worker_threads'
import { hashRows, type HashedRows } from './hash-rows.ts'

parentPort!.on('message', (tables: readonly HashedRows[]) => parentPort!.postMessage(tables.map(hashRows)))
