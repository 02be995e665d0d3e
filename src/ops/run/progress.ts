/** Told how far an operation is: what it does, on how many rows, and its share of the whole from 0 to 1. */
export type Progress = (step: {
  readonly label: string
  readonly rows: number
  readonly share: number
}) => void
