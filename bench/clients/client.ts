import type { ContenderName } from '../contender-name.ts'
import type { QueryName } from '../queries.ts'
import type { Sample } from '../samples.ts'

/** One HTTP POST of JSON. */
export interface BenchRequest {
  readonly path: string
  readonly body: string
}

/** How a contender is asked, and what its answers say. */
export interface BenchClient {
  readonly name: ContenderName
  request(query: QueryName, sample: Sample): BenchRequest
  /** What a body says, in the shape of our own API but with bare uuids as ids and cursors as whether there is one. */
  facts(query: QueryName, body: unknown): unknown
}
