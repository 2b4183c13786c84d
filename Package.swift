// swift-tools-version: 6.2
import Foundation
import PackageDescription

typealias Dependency = Target.Dependency

/// oneDNN serves the kernels where its development files are installed; elsewhere vector loops in C do.
let hasOneDNN =
  ["/usr/include", "/usr/local/include", "/opt/homebrew/include"].contains { folder in
    FileManager.default.fileExists(atPath: "\(folder)/oneapi/dnnl/dnnl.h")
  }
// SwiftPM keeps what the manifest once found, so the C code is told and does not look for itself: compiler and linker agree.
let oneDNNDefinition: [CSetting] = hasOneDNN ? [.define("HAS_ONEDNN")] : []
let oneDNNLibrary: [LinkerSetting] = hasOneDNN ? [.linkedLibrary("dnnl")] : []

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Dependency.product(name: "OrderedCollections", package: "swift-collections")
let grdb = Dependency.product(name: "GRDB", package: "GRDB.swift")
let numerics = Dependency.product(name: "RealModule", package: "swift-numerics")
let protobuf = Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

func swift(_ name: String, _ dependencies: Dependency..., exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

func program(_ name: String, _ path: String, _ dependencies: Dependency..., exclude: [String] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: swiftSettings)
}

/// Tests; their fixtures lie beside them and are read from there.
func tests(of name: String, _ dependencies: Dependency..., exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ["TestSupport"] + dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
  name: "hpo",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "HPO", targets: ["HPO"]),
    .executable(name: "hpo", targets: ["HPOTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C: system libraries, vector loops and embedded data
    .target(name: "CKernels", exclude: ["loops"]),
    .target(name: "CDensities", exclude: ["loops"]),
    .target(name: "COneDNN", cSettings: oneDNNDefinition, linkerSettings: oneDNNLibrary),
    .target(name: "CProcess"),
    .target(name: "CFileSystem"),
    .target(name: "CDatasets", exclude: ["Digits", "Diabetes"], linkerSettings: [.linkedLibrary("z")]),

    // The search
    swift("Spelling"),
    swift("SearchSpace", "Spelling", collections),
    swift("Trials", "SearchSpace", collections),
    swift("Samplers", "CDensities", "SearchSpace", "Trials", collections, numerics),
    swift("Pruners", "Trials"),
    swift("TrialStorage", "SearchSpace", "Spelling", "Trials", collections),
    swift("SQLiteStorage", "CFileSystem", "SearchSpace", "Spelling", "Trials", "TrialStorage", collections, grdb),
    swift(
      "StudyEngine", "SearchSpace", "Spelling", "Trials", "TrialStorage", "Samplers", "Pruners", collections, numerics),

    swift("Programs", "CProcess", "SearchSpace", "Spelling", "StudyEngine", collections),

    // The core engine
    swift("Graphs"),
    swift("Execution", "CKernels", "COneDNN", "Graphs", numerics),
    swift("Training", "CDatasets", "Execution", "Graphs", "Spelling", numerics),

    swift(
      "ArchitectureSearch", "SearchSpace", "Spelling", "Trials", "Samplers", "Graphs", "Execution", "Training",
      collections, numerics),

    // Smaller models, and models for other runtimes
    swift("Compression", "Execution", "Graphs", "Spelling", "Training", numerics),
    swift(
      "ONNXExport", "Compression", "Graphs", "Training", numerics, protobuf, exclude: ["Schema/onnx.proto"]),

    // What users touch
    swift(
      "HPO", "ArchitectureSearch", "SearchSpace", "Trials", "TrialStorage", "SQLiteStorage", "Samplers", "Pruners",
      "StudyEngine", "Programs", "Graphs", "Execution", "Training", "Compression", "ONNXExport", collections),
    swift(
      "StudyConfiguration", "ArchitectureSearch", "SearchSpace", "Spelling", "Trials", "Graphs", "Execution",
      "Training",
      collections,
      .product(name: "Yams", package: "Yams")),
    swift(
      "HPOCommands", "CProcess", "HPO", "Programs", "Spelling", "StudyConfiguration", "Training", collections, numerics,
      argumentParser),
    program("HPOTool", "Sources/HPOTool", "HPOCommands"),

    // Studies written in Swift, and comparisons with peers
    program("Quadratic", "Studies/Quadratic", "HPO"),
    program("DigitsMLP", "Studies/DigitsMLP", "HPO"),
    program("OptimizerComparison", "Studies/OptimizerComparison", "HPO"),
    program(
      "BenchmarkStudyOverhead", "Benchmarks/StudyOverhead", "HPO", exclude: ["run.py"]),
    program("BenchmarkCompression", "Benchmarks/Compression", "HPO"),
    program("BenchmarkSuggestion", "Benchmarks/Suggestion", "SearchSpace", "Trials", "Samplers", collections),
    program(
      "BenchmarkBoundedSearch", "Benchmarks/BoundedSearch", "SearchSpace", "Trials", "Samplers", collections, numerics),
    program("BenchmarkTrainingStep", "Benchmarks/TrainingStep", "Execution", "Graphs", "Training", exclude: ["run.py"]),
    .executableTarget(
      name: "BenchmarkKernelFloor", path: "Benchmarks/KernelFloor", exclude: ["run.py"],
      cSettings: oneDNNDefinition, linkerSettings: oneDNNLibrary),

    program(
      "BenchmarkArchitectureSearch", "Benchmarks/ArchitectureSearch", "HPO", "Samplers", "Trials",
      exclude: ["export_nasbench201.py"]),

    // Tests
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .target(name: "CTiles", dependencies: ["CKernels"], path: "Tests/CTiles"),
    .target(name: "CFaults", path: "Tests/CFaults", linkerSettings: [.linkedLibrary("sqlite3")]),
    program("StorageWorker", "Tests/StorageWorker", "HPO"),
    program("FaultyHPO", "Tests/FaultyHPO", "CFaults", "HPOCommands"),
    .target(
      name: "TestSupport", dependencies: ["SearchSpace"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
    tests(of: "Spelling", "Spelling"),
    tests(of: "SearchSpace", "SearchSpace", collections, exclude: ["Fixtures"]),
    tests(of: "Trials", "SearchSpace", "Trials", collections),
    tests(
      of: "Samplers", "CDensities", "SearchSpace", "Trials", "Samplers", collections, numerics, exclude: ["Fixtures"]),
    tests(of: "Pruners", "SearchSpace", "Trials", "Pruners", exclude: ["Fixtures"]),
    tests(
      of: "Storage", "SearchSpace", "Trials", "TrialStorage", "SQLiteStorage", collections, grdb, exclude: ["Fixtures"]),
    tests(
      of: "StudyEngine", "SearchSpace", "Trials", "TrialStorage", "SQLiteStorage", "Samplers", "Pruners", "StudyEngine",
      collections),
    tests(
      of: "Programs", "SearchSpace", "Trials", "StudyEngine", "TrialStorage", "Programs", "Pruners", "Samplers",
      collections),
    tests(of: "Graphs", "Graphs"),
    tests(
      of: "Execution", "CAllocationCounter", "CTiles", "CKernels", "Execution", "Graphs", numerics,
      exclude: ["Fixtures"]),
    tests(
      of: "Training", "CAllocationCounter", "CDatasets", "Execution", "Graphs", "Training", numerics,
      exclude: ["Fixtures", "Schedules/Fixtures", "Numpy/Fixtures"]),
    tests(
      of: "ArchitectureSearch", "ArchitectureSearch", "SearchSpace", "Samplers", "Graphs", "Execution", "Training",
      collections, exclude: ["Fixtures"]),
    tests(
      of: "Compression", "ArchitectureSearch", "Compression", "Execution", "Graphs", "ONNXExport", "Samplers",
      "SearchSpace", "Training", collections, protobuf, exclude: ["Fixtures"]),
    tests(
      of: "StudyConfiguration", "ArchitectureSearch", "SearchSpace", "Samplers", "Trials", "Graphs", "Execution",
      "StudyConfiguration", "Training", collections),
    tests(
      of: "Command", grdb, "HPO", "Samplers", "SearchSpace", "StudyConfiguration", "FaultyHPO", "StorageWorker",
      "HPOCommands", "HPOTool", "Quadratic",
      "DigitsMLP", "OptimizerComparison"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
