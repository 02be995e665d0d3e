import type { ChangeReader } from './change-reader.ts'
import type { ConstellationReader } from './constellation-reader.ts'
import type { GraphReader } from './graph-reader.ts'
import type { MediaReader } from './media-reader.ts'
import type { ProvenanceReader } from './provenance-reader.ts'
import type { SearchReader } from './search-reader.ts'
import type { VocabularyReader } from './vocabulary-reader.ts'
import type { WalkReader } from './walk-reader.ts'
import type { WorkflowReader } from './workflow-reader.ts'

/** Everything public fields read. The public's reader shows only PUBLISHED content, also in counts; an editor's shows all. */
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
