import Foundation
import HPO

/// The files of one training of an architecture: each form a model, and a checkpoint where one is at work.
struct KeptModels {
  /// What the paths of the files begin with.
  let stem: String
  let stop: StopSource

  /// The checkpoint of a form that is being trained.
  func checkpoint(_ form: FinishedForm) -> CheckpointFile { CheckpointFile(path: path(form) + ".checkpoint") }

  private func path(_ form: FinishedForm) -> String { "\(stem).\(form.rawValue).hpo" }

  /// The model of a form: what is there, else what is made now and kept.
  ///
  /// A file that comes from another training, of other options or data, is made anew.
  ///
  /// - Parameter provenance: What the model must say of itself.
  /// - Throws: `TrainingError` where the file is damaged; what `make` throws.
  func model(_ form: FinishedForm, of provenance: [String: String], make: () throws -> TrainedModel) throws
    -> TrainedModel
  {
    let path = path(form)
    if FileManager.default.fileExists(atPath: path) {
      let model = try TrainedModel(contentsOf: path)
      if provenance.allSatisfy({ model.provenance[$0] == $1 }) { return model }
    }
    if stop.mode != nil { throw ArchitectureFinisher.Stopped() }
    var model = try make()
    model.provenance.merge(provenance) { _, new in new }
    try model.write(to: path)
    checkpoint(form).remove()
    return model
  }
}
