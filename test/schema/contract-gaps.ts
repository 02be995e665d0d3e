// What of the contract (contract.graphql) is not built yet, and what is built beside it. Each coordinate covers its
// members. contract.test.ts fails on a gap that is not listed here, and on a listed one that is closed.

const formats = `
  GraphFormat Subgraph.document ProvFormat ExportJob StartExportInput StartImportInput ImportConflict StartExportSuccess StartExportResult StartImportSuccess
  StartImportResult Entity.jsonLd ProvenanceRun.prov Mutation.startExport Mutation.startImport
`

function because(reason: string, coordinates: string): Record<string, string> {
  return Object.fromEntries(
    coordinates
      .trim()
      .split(/\s+/)
      .map((coordinate) => [coordinate, reason]),
  )
}

export const missing: Readonly<Record<string, string>> = {
  ...because('comes with the interchange formats', formats),
  'Service.docs': 'the documentation has no public address yet',
}

/** What is built that the contract does not name. */
export const additional: Readonly<Record<string, string>> = {
  ...because(
    'files of what is not published are not public, and editors must see them',
    'MediaObject.previewUrl MediaDerivative.previewUrl',
  ),
  ...because(
    'accidents and the right to erasure need more than a deletion',
    'Mutation.redactEntity RedactEntityInput RedactEntityResult RedactEntitySuccess OperationKind.REDACTION',
  ),
  ...because(
    'looking at an environment and counting rows compute no metrics',
    'OperationKind.ENVIRONMENT OperationKind.COUNTS',
  ),
  ...because(
    'metrics of a large graph are estimates, and may be of a version before',
    'EntityMetrics.isApproximate EntityMetrics.graphVersion',
  ),
}
