// Whoever imports HPO has all of it.
@_exported public import ArchitectureSearch
@_exported public import Compression
@_exported public import Execution
@_exported public import Graphs
@_exported public import ONNXExport
@_exported public import OrderedCollections
@_exported public import Programs
@_exported public import Pruners
@_exported public import SQLiteStorage
@_exported public import Samplers
@_exported public import SearchSpace
@_exported public import StudyEngine
@_exported public import Training
@_exported public import TrialStorage
@_exported public import Trials
