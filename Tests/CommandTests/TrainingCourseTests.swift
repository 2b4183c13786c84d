import Foundation
import HPO
import Testing

@testable import HPOCommands

/// What a terminal shows of a training.
@Suite struct TrainingCourseTests {
  private func report(_ epoch: Int, accuracy: Double, isBest: Bool) throws -> EpochReport {
    let text = """
      {"epoch": \(epoch), "trainingLoss": \(1 / Double(epoch)), "validation": {}, "value": \(accuracy), "isBest": \(isBest)}
      """
    return try JSONDecoder().decode(EpochReport.self, from: Data(text.utf8))
  }

  @Test("a training that begins counts its epochs and steps, and foretells its end by what is done")
  func begun() throws {
    var course = TrainingCourse(metric: .accuracy, selection: .accuracy, epochs: 4, steps: 10)
    #expect(course.status(elapsed: 0, width: 80) == "epoch 1/4")
    for _ in 0..<5 { course.addStep() }
    #expect(course.status(elapsed: 10, width: 80) == "epoch 1/4 · step 5/10 · 1 min 10 s left")
    course.add(try report(1, accuracy: 0.5, isBest: true))
    #expect(course.status(elapsed: 20, width: 80) == "epoch 2/4 · best accuracy 0.5 (epoch 1) · 1 min 0 s left")
    for epoch in 2...4 { course.add(try report(epoch, accuracy: 0.4, isBest: false)) }
    #expect(course.status(elapsed: 80, width: 80) == "4 epochs · best accuracy 0.5 (epoch 1)")
  }

  @Test("the best epoch is told with what it is best by, where that is not what is shown")
  func selection() throws {
    let report = try report(1, accuracy: 0.5, isBest: true)
    var course = TrainingCourse(metric: .accuracy, selection: .logLoss, epochs: 2, steps: 10)
    course.add(report)
    #expect(course.line(of: report) == "epoch 1/2  loss 1  accuracy 0.5  *best by logLoss*")
    course.end()
    #expect(course.status(elapsed: 0, width: 80) == "1 of 2 epochs · accuracy 0.5 at the best logLoss (epoch 1)")
    let same = TrainingCourse(metric: .accuracy, selection: .accuracy, epochs: 2, steps: 10)
    #expect(same.line(of: report) == "epoch 1/2  loss 1  accuracy 0.5  *best*")
  }

  @Test("a training that has ended early tells the epochs that it took, and nothing that is left")
  func ended() throws {
    var course = TrainingCourse(metric: .accuracy, selection: .accuracy, epochs: 30, steps: 10)
    for epoch in 1...3 { course.add(try report(epoch, accuracy: 0.5, isBest: epoch == 1)) }
    #expect(course.status(elapsed: 9, width: 80).hasPrefix("epoch 4/30 · "))
    var interrupted = course
    course.end()
    #expect(course.status(elapsed: 9, width: 80) == "3 of 30 epochs · best accuracy 0.5 (epoch 1)")
    interrupted.addStep()
    interrupted.end()
    #expect(interrupted.status(elapsed: 9, width: 80) == "epoch 4/30 · step 1/10 · best accuracy 0.5 (epoch 1)")
  }

  @Test("a training that goes on counts from where it was, and foretells its end by what this process did")
  func resumed() throws {
    var course = TrainingCourse(metric: .accuracy, selection: .accuracy, epochs: 10, steps: 4)
    let history = try (1...6).map { try report($0, accuracy: Double($0) / 10, isBest: $0 < 4) }
    course.resume(history, finished: 6, step: 2)
    #expect(course.status(elapsed: 5, width: 80) == "epoch 7/10 · step 2/4 · best accuracy 0.3 (epoch 3)")
    course.addStep()
    // A quarter of an epoch took 5 seconds, and 3.25 epochs are left.
    #expect(
      course.status(elapsed: 5, width: 80) == "epoch 7/10 · step 3/4 · best accuracy 0.3 (epoch 3) · 1 min 5 s left")
    course.add(try report(7, accuracy: 0.9, isBest: true))
    #expect(course.status(elapsed: 10, width: 80) == "epoch 8/10 · best accuracy 0.9 (epoch 7) · 1 min 0 s left")
    #expect(course.reports.map(\.epoch) == Array(1...7))
  }

  @Test("a curve of later epochs stands where they are, not at the beginning")
  func curves() throws {
    var course = TrainingCourse(metric: .accuracy, selection: .accuracy, epochs: 100, steps: 1)
    course.resume([], finished: 60, step: 0)
    for epoch in 61...70 { course.add(try report(epoch, accuracy: 0.1, isBest: false)) }
    let lines = course.curves(width: 100, height: 4)
    #expect(lines.count == 5 && course.curves(width: 30, height: 4).isEmpty)
    for line in lines.dropFirst() {
      for curve in line.components(separatedBy: "│").dropFirst() {
        let dots = curve.enumerated().filter { $0.element != " " && !$0.element.isASCII }.map(\.offset)
        #expect(dots.allSatisfy { (22...32).contains($0) }, "\(line)")
      }
    }
  }
}
