import Testing

@testable import StudyEngine

/// A run in which everything that can happen next is tried: jobs are served in any order, a stop or a failure of the
/// storage strikes at any moment.
private struct World: Hashable {
  var scheduler: Scheduler
  /// Trials that the study still admits.
  var remaining: Int
  /// What the shell does on each job's queue.
  var queues: [Task]
  var stopsLeft: [Bool]
  var failuresLeft: Int
  /// How many trials of a deterministic study may run at once; the numbers of those that each job runs and that have ended.
  var window: Int?
  var running: [Int?]
  var finished: Set<Int> = []
  var next = 0
  /// Jobs that are going to be woken.
  var alarms: Set<Int> = []
  var evaluated = 0
  var givenBack = 0
  var hasStopped = false
  /// Whether a stop was one that ends running trials, or the storage failed.
  var endsTrials = false
  var hasHalted = false
  var completions = 0

  enum Task: Hashable {
    case none, asking, evaluating, goingOn, givingBack
  }

  init(jobs: Int, trials: Int, stops: [Bool], failures: Int, window: Int? = nil) {
    scheduler = Scheduler(jobs: jobs)
    self.window = window
    running = Array(repeating: nil, count: jobs)
    remaining = trials
    queues = Array(repeating: .none, count: jobs)
    stopsLeft = stops
    failuresLeft = failures
    perform(scheduler.begin())
  }

  mutating func perform(_ actions: [Scheduler.Action]) {
    for action in actions {
      #expect(completions == 0, "nothing may follow the completion")
      switch action {
      case .start(let job):
        #expect(queues[job] == .none)
        #expect(!hasStopped, "no trial starts after a stop")
        queues[job] = .asking
      case .run(let job):
        #expect(queues[job] == .none)
        #expect(!endsTrials, "no trial is evaluated after a stop that halts trials")
        queues[job] = .evaluating
      case .giveBack(let job):
        #expect(queues[job] == .none)
        #expect(hasStopped)
        queues[job] = .givingBack
      case .haltTrials:
        #expect(!hasHalted, "trials are halted once")
        hasHalted = true
      case .complete:
        #expect(queues.allSatisfy { $0 == .none }, "a run is over only when every job is done")
        completions += 1
      }
    }
  }

  /// Whether the next trial sees none that is not finished.
  private var admitsNext: Bool {
    next < window ?? .max || (0...(next - (window ?? 0))).allSatisfy(finished.contains)
  }

  private mutating func start(_ job: Int) {
    remaining -= 1
    if window != nil { running[job] = next }
    next += 1
  }

  private mutating func end(_ job: Int) {
    if let number = running[job] { finished.insert(number) }
    running[job] = nil
  }

  /// All worlds that may come next.
  var successors: [World] {
    var result: [World] = []
    func branch(_ change: (inout World) -> Void) {
      var next = self
      change(&next)
      result.append(next)
    }
    for (job, task) in queues.enumerated() where task != .none {
      branch { world in
        world.queues[job] = .none
        switch task {
        case .none: break
        case .asking where world.remaining > 0:
          guard world.admitsNext else {
            world.alarms.insert(job)
            world.perform(world.scheduler.mustWait(job: job))
            break
          }
          world.start(job)
          world.perform(world.scheduler.started(job: job))
        case .asking: world.perform(world.scheduler.foundNothing(job: job))
        case .evaluating:
          world.evaluated += 1
          world.end(job)
          world.perform(world.scheduler.ended(job: job))
        case .goingOn:
          world.perform(world.scheduler.wentOn(job: job))
        case .givingBack:
          world.givenBack += 1
          world.perform(world.scheduler.ended(job: job))
        }
      }
      // While the disk takes a trial, its job may start the next one, unless the study has ended for it by then.
      if task == .evaluating, remaining > 0, !hasStopped {
        branch { world in
          world.evaluated += 1
          world.end(job)
          world.queues[job] = .none
          guard world.admitsNext else { return world.perform(world.scheduler.ended(job: job)) }
          world.start(job)
          world.queues[job] = .goingOn
        }
      }
      if failuresLeft > 0 {
        branch { world in
          world.queues[job] = .none
          world.failuresLeft -= 1
          world.hasStopped = true
          world.endsTrials = true
          world.perform(world.scheduler.failed(job: job))
        }
      }
    }
    for job in alarms where completions == 0 {
      branch { world in
        world.alarms.remove(job)
        world.perform(world.scheduler.wake(job: job))
      }
    }
    if let halts = stopsLeft.first, completions == 0 {
      branch { world in
        world.stopsLeft.removeFirst()
        world.hasStopped = true
        world.endsTrials = world.endsTrials || halts
        world.perform(world.scheduler.stop(haltsTrials: halts))
      }
    }
    return result
  }
}

@Suite struct SchedulerTests {
  /// Visits every reachable world once and returns those in which nothing can happen any more.
  private func explore(_ start: World) -> (visited: Int, ends: [World]) {
    var seen: Set<World> = [start]
    var open = [start]
    var ends: [World] = []
    while let world = open.popLast() {
      let next = world.successors
      let isOver = world.queues.allSatisfy { $0 == .none } && (world.alarms.isEmpty || world.completions > 0)
      if isOver { ends.append(world) }
      for successor in next where seen.insert(successor).inserted { open.append(successor) }
    }
    return (seen.count, ends)
  }

  @Test("every interleaving without a stop evaluates each trial once and completes once", arguments: 1...4, 0...6)
  func undisturbed(jobs: Int, trials: Int) {
    let (_, ends) = explore(World(jobs: jobs, trials: trials, stops: [], failures: 0))
    #expect(!ends.isEmpty)
    for end in ends {
      #expect(end.evaluated == trials && end.givenBack == 0 && end.remaining == 0, "\(end)")
      #expect(end.completions == 1, "\(end)")
    }
  }

  @Test(
    "every interleaving with stops ends with each started trial evaluated or given back",
    arguments: 1...3, [[true], [false], [false, true], [true, false], [true, true]])
  func stopped(jobs: Int, stops: [Bool]) {
    let (visited, ends) = explore(World(jobs: jobs, trials: 4, stops: stops, failures: 0))
    #expect(visited > 10)
    for end in ends {
      #expect(end.evaluated + end.givenBack + end.remaining == 4, "\(end)")
      #expect(end.completions == 1, "\(end)")
    }
    #expect(ends.contains { $0.givenBack > 0 }, "a stop must be able to strike while a job asks")
    #expect(ends.contains { $0.hasHalted } == stops.contains(true))
  }

  @Test(
    "in every interleaving each trial of a deterministic study waits for those that it sees, and none for ever",
    arguments: 1...3, 1...3)
  func windows(jobs: Int, window: Int) {
    let (_, ends) = explore(World(jobs: jobs, trials: 5, stops: [], failures: 0, window: window))
    #expect(!ends.isEmpty)
    for end in ends {
      #expect(end.evaluated == 5 && end.finished == Set(0..<5) && end.completions == 1, "\(end)")
    }
  }

  @Test("a run whose jobs wait is stopped in every interleaving", arguments: 1...3, [[true], [false], [false, true]])
  func stoppedWindows(jobs: Int, stops: [Bool]) {
    let (_, ends) = explore(World(jobs: jobs, trials: 3, stops: stops, failures: 1, window: 1))
    for end in ends { #expect(end.completions == 1, "\(end)") }
  }

  @Test("a failing storage ends the run in every interleaving", arguments: 1...3)
  func failing(jobs: Int) {
    let (_, ends) = explore(World(jobs: jobs, trials: 3, stops: [true], failures: 2))
    for end in ends { #expect(end.completions == 1, "\(end)") }
  }
}
