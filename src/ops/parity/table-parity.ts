import type { CheckStatus } from '../run/summary.ts'

/** One table of two stores, side by side. */
export interface TableParity {
  readonly table: string
  readonly status: CheckStatus
  readonly leftCount: number
  readonly rightCount: number
  /** Rows by key that the other side does not have. */
  readonly onlyLeft: number
  readonly onlyRight: number
  /** Rows that both have, with other content. */
  readonly different: number
  readonly leftHash: string
  readonly rightHash: string
}
