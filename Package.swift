// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// oneDNN serves the kernels where its development files are installed; elsewhere the plain Swift kernels do.
let hasOneDNN =
  ["/usr/include", "/usr/local/include", "/opt/homebrew/include"].contains { folder in
    FileManager.default.fileExists(atPath: "\(folder)/oneapi/dnnl/dnnl.h")
  }

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let numerics = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

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
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C: system libraries, vector loops and embedded data
    .target(name: "CKernels", exclude: ["loops"]),
    .target(
      name: "COneDNN",
      linkerSettings: hasOneDNN ? [.linkedLibrary("dnnl")] : []),
    .target(name: "CDatasets", linkerSettings: [.linkedLibrary("z")]),

    // The search
    .target(name: "SearchSpace", dependencies: [collections], swiftSettings: swiftSettings),
    .target(name: "Trials", dependencies: ["SearchSpace", collections], swiftSettings: swiftSettings),
    .target(
      name: "Samplers", dependencies: ["SearchSpace", "Trials", collections, numerics], swiftSettings: swiftSettings),
    .target(name: "Pruners", dependencies: ["Trials"], swiftSettings: swiftSettings),
    .target(name: "TrialStorage", dependencies: ["SearchSpace", "Trials", collections], swiftSettings: swiftSettings),
    .target(
      name: "SQLiteStorage",
      dependencies: [
        "SearchSpace", "Trials", "TrialStorage", collections, .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "StudyEngine",
      dependencies: ["SearchSpace", "Trials", "TrialStorage", "Samplers", "Pruners", collections],
      swiftSettings: swiftSettings),

    // The core engine
    .target(name: "Graphs", swiftSettings: swiftSettings),
    .target(name: "Execution", dependencies: ["CKernels", "COneDNN", "Graphs", numerics], swiftSettings: swiftSettings),
    .target(
      name: "Training",
      dependencies: ["CDatasets", "Execution", "Graphs", numerics],
      swiftSettings: swiftSettings),

    // What users touch
    .target(
      name: "HPO",
      dependencies: [
        "SearchSpace", "Trials", "TrialStorage", "SQLiteStorage", "Samplers", "Pruners", "StudyEngine", "Graphs",
        "Execution",
        "Training",
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "StudyConfiguration", dependencies: ["SearchSpace", "Trials", "Graphs", "Training", "Yams", collections], swiftSettings: swiftSettings),
    .target(
      name: "HPOCommands",
      dependencies: [
        "HPO", "StudyConfiguration", collections,
        argumentParser,
      ],
      swiftSettings: swiftSettings),
    .executableTarget(name: "HPOTool", dependencies: ["HPOCommands", argumentParser], swiftSettings: swiftSettings),
    .executableTarget(
      name: "Quadratic", dependencies: ["HPO"], path: "Studies/Quadratic", swiftSettings: swiftSettings),
    .executableTarget(
      name: "DigitsMLP", dependencies: ["HPO"], path: "Studies/DigitsMLP", swiftSettings: swiftSettings),
    .executableTarget(
      name: "BenchmarkStudyOverhead", dependencies: ["HPO"], path: "Benchmarks/StudyOverhead",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "BenchmarkTrainingStep", dependencies: ["Execution", "Graphs"], path: "Benchmarks/TrainingStep",
      exclude: ["run.py"], swiftSettings: swiftSettings),

    // Tests
    .testTarget(
      name: "StudyEngineTests",
      dependencies: ["SearchSpace", "Trials", "TrialStorage", "Samplers", "Pruners", "StudyEngine", collections],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17,
)
