import HPOCommands

@main
enum HPOTool {
  static func main() async { await HPOCommand.runTool() }
}
