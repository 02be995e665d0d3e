// Parts of the contract (contract.graphql) that are not built yet, and additions to it. Each coordinate covers its members.
// contract.test.ts fails on gaps that are not listed or no longer exist.

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
