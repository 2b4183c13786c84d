import Foundation
import HPO

/// The files of one training of an architecture: each form a model, and a checkpoint where one is at work.
struct KeptModels {
  /// What the paths of the files begin with.
  let stem: String
  let stop: StopSource
  let progress: FinishProgress

  /// The checkpoint of a form that is being trained.
  func checkpoint(_ form: FinishedForm) -> CheckpointFile { CheckpointFile(of: path(form)) }

  private func path(_ form: FinishedForm) -> String { "\(stem).\(form.rawValue).hpo" }

  /// The model of a form: what is there, else what is made now and kept.
  ///
  /// A file that comes from another training, of other options or data, is made anew; so is a damaged one, which is kept
  /// beside.
  ///
  /// - Parameters:
  ///   - form: What the model computes with.
  ///   - provenance: What the model must say of itself.
  ///   - make: Makes the model.
  /// - Throws: What reading and `make` throw.
  func model(_ form: FinishedForm, of provenance: [String: String], make: () throws -> TrainedModel) throws
    -> TrainedModel
  {
    let path = path(form)
    if FileManager.default.fileExists(atPath: path) {
      if let model = try reading(path, { try TrainedModel(contentsOf: path) }),
        provenance.allSatisfy({ model.provenance[$0] == $1 })
      {
        return model
      }
    }
    if stop.mode != nil { throw ArchitectureFinisher.Stopped() }
    var model = try make()
    model.provenance.merge(provenance) { _, new in new }
    try model.write(to: path)
    checkpoint(form).remove()
    return model
  }

  /// The checkpoint that a training goes on from; nil for none, and for a damaged one, which is kept beside.
  func read(_ checkpoint: CheckpointFile) throws -> TrainingCheckpoint? {
    try reading(checkpoint.path) { try checkpoint.read() }
  }

  private func reading<Content>(_ path: String, _ read: () throws -> Content?) throws -> Content? {
    do { return try read() } catch let error as TrainingError where error.code == .corrupt {
      let aside = try DamagedFile.setAside(path)
      let name = URL(fileURLWithPath: aside).lastPathComponent
      progress.note("\(error); it is kept as \(name), and made anew")
      return nil
    }
  }
}
