import type { ChangeReader } from './change-reader.ts'
import type { ConstellationReader } from './constellation-reader.ts'
import type { GraphReader } from './graph-reader.ts'
import type { MediaReader } from './media-reader.ts'
import type { ProvenanceReader } from './provenance-reader.ts'
import type { SearchReader } from './search-reader.ts'
import type { VocabularyReader } from './vocabulary-reader.ts'
import type { WalkReader } from './walk-reader.ts'
import type { WorkflowReader } from './workflow-reader.ts'

/**
 * All that public fields read. Resolvers are written once against this contract, whichever reader answers. The public's
 * reader shows what is PUBLISHED and nothing else: a draft does not exist there, nor in any count. An editor's shows every
 * status, and a reader of the past what was so then.
 */
export interface Reader
  extends
    GraphReader,
    VocabularyReader,
    MediaReader,
    WorkflowReader,
    ProvenanceReader,
    SearchReader,
    ChangeReader,
    WalkReader,
    ConstellationReader {}
