import HPOCommands

await HPOCommand.main()
