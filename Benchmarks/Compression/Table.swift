/// The mean of figures and the standard error of that mean, with the figures' names, a line each.
struct Table {
  private var names: [String] = []
  private var figures: [String: [Double]] = [:]

  mutating func add(_ name: String, _ figure: Double) {
    if figures[name] == nil { names.append(name) }
    figures[name, default: []].append(figure)
  }

  func write(_ title: String) {
    print(title)
    for name in names {
      let values = figures[name] ?? []
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = values.count > 1 ? (squares / Double(values.count - 1) / Double(values.count)).squareRoot() : 0
      func rounded(_ number: Double) -> Double { (number * 1e5).rounded() / 1e5 }
      print("  \(name): \(rounded(mean)) ± \(rounded(error)) of \(values.count)")
    }
  }
}
