import type { CheckStatus } from '../run/summary.ts'

export interface TableParity {
  readonly table: string
  readonly status: CheckStatus
  readonly leftCount: number
  readonly rightCount: number
  /** Rows whose key is missing on the right. */
  readonly onlyLeft: number
  readonly onlyRight: number
  /** Rows that both sides have, with different content. */
  readonly different: number
  readonly leftHash: string
  readonly rightHash: string
}
