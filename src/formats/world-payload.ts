import type { JsonObject } from '../domain/json/value.ts'
import type { WorldCountries } from './world-countries.ts'
import type { WorldGraph } from './world-places.ts'

export interface WorldFlag {
  /** ISO 3166-1 alpha-3 code. */
  readonly cca3: string
  readonly countryName: string
  readonly url: string
  readonly hash: string
  readonly byteSize: number
  readonly size: { readonly width: number; readonly height: number } | null
  readonly derivatives: readonly JsonObject[]
}

const licence = 'https://opendatacommons.org/licenses/odbl/1-0/'
/** The package excludes flags from its licence and refers to this page. */
const flagLicence = 'https://en.wikipedia.org/wiki/Wikipedia:Copyright_on_emblems'
const project = 'https://github.com/mledoze/countries'

const kinds: readonly JsonObject[] = [
  {
    key: 'country',
    label: 'Country',
    description: 'A sovereign state or a dependent territory with an ISO 3166-1 code.',
    iri: 'https://schema.org/Country',
    attributeSchema: {
      type: 'object',
      required: ['cca2', 'cca3'],
      properties: {
        cca2: { type: 'string', pattern: '^[A-Z]{2}$' },
        cca3: { type: 'string', pattern: '^[A-Z]{3}$' },
        officialName: { type: 'string' },
        area: { type: 'number', description: 'Square kilometres.' },
        latlng: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
        nativeNames: { type: 'object' },
        translations: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
  { key: 'city', label: 'City', iri: 'https://schema.org/City' },
  { key: 'region', label: 'Region', description: 'A continent or so.', iri: 'https://schema.org/Place' },
  { key: 'subregion', label: 'Subregion', iri: 'https://schema.org/Place' },
  { key: 'language', label: 'Language', iri: 'https://schema.org/Language' },
  { key: 'currency', label: 'Currency', description: 'A currency with an ISO 4217 code.' },
]

const relations: readonly JsonObject[] = [
  { key: 'borders', label: 'borders', isSymmetric: true, sourceKinds: ['country'], targetKinds: ['country'] },
  {
    key: 'part-of',
    label: 'part of',
    inverseLabel: 'contains',
    sourceKinds: ['country', 'subregion'],
    targetKinds: ['region', 'subregion'],
  },
  {
    key: 'has-capital',
    label: 'has capital',
    inverseLabel: 'capital of',
    sourceKinds: ['country'],
    targetKinds: ['city'],
  },
  {
    key: 'speaks',
    label: 'speaks',
    inverseLabel: 'spoken in',
    sourceKinds: ['country'],
    targetKinds: ['language'],
  },
  {
    key: 'uses-currency',
    label: 'uses currency',
    inverseLabel: 'currency of',
    sourceKinds: ['country'],
    targetKinds: ['currency'],
  },
]

const domains: readonly JsonObject[] = [
  { key: 'geography', label: 'Geography', color: '#2f7d4f' },
  { key: 'languages', label: 'Languages', color: '#8a4fbf' },
  { key: 'economy', label: 'Economy', color: '#c28a1a' },
]

/** Builds the constellation payload of the countries. */
export function buildWorldPayload(
  world: WorldCountries,
  graph: WorldGraph,
  flags: readonly WorldFlag[],
): JsonObject {
  const run = `sample/world-countries/${world.version}`
  const source = {
    run,
    uri: `${project}/blob/v${world.version}/countries.json`,
    title: `World countries ${world.version}`,
    documentHash: world.documentHash,
    license: licence,
  }
  return {
    nodes: graph.nodes,
    edges: graph.edges,
    kinds,
    relations,
    domains,
    media: flags.map((flag) => flagMedium(flag, graph)),
    workflows: [reviewWorkflow],
    runs: [
      {
        key: run,
        tool: 'world-countries',
        toolVersion: world.version,
        agent: 'knowledge-backbone',
        inputHash: world.documentHash,
        parameters: { package: 'world-countries', project, license: licence },
      },
    ],
    sources: [
      ...graph.nodes.map(({ id }) => ({ entity: id, ...source, locator: graph.locators.get(id) ?? null })),
      ...graph.edges
        .filter(({ relation }) => relation === 'borders')
        .map((edge) => ({ edge, ...source, locator: `${graph.locators.get(edge.source) ?? ''}/borders` })),
    ],
  }
}

function flagMedium(flag: WorldFlag, graph: WorldGraph): JsonObject {
  const country = graph.countryIds.get(flag.cca3) ?? flag.cca3.toLowerCase()
  return {
    key: `flags/${country}`,
    kind: 'IMAGE',
    url: flag.url,
    mimeType: 'image/svg+xml',
    byteSize: flag.byteSize,
    contentHash: flag.hash,
    ...flag.size,
    alt: `Flag of ${flag.countryName}`,
    credit: 'mledoze/countries',
    license: flagLicence,
    entities: [country],
    derivatives: flag.derivatives,
  }
}

const reviewWorkflow: JsonObject = {
  slug: 'country-entry-review',
  title: 'Review of a country entry',
  summary:
    'How an editor checks the entry of a country before it is published; Portugal serves as the example.',
  status: 'PUBLISHED',
  steps: [
    {
      title: 'Compare the names',
      body: 'Common, official and native names against the ISO 3166 list.',
      entity: 'portugal',
    },
    {
      title: 'Check the borders',
      body: 'Each border must be named by both neighbours.',
      entity: 'spain',
      dependsOn: [0],
    },
    {
      title: 'Look at the flag',
      body: 'Right colours and proportions, alternative text present.',
      media: 'flags/portugal',
      dependsOn: [0],
    },
    {
      title: 'Check languages and currency',
      body: 'Codes of ISO 639-3 and ISO 4217.',
      entity: 'euro',
      dependsOn: [0],
    },
    {
      title: 'Publish',
      body: 'Set the status and note the source.',
      entity: 'portugal',
      dependsOn: [1, 2, 3],
    },
  ],
}
