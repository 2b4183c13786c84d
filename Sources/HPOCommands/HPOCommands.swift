// HPOCommands
