// `hpo` as it is, on files that fail where the environment's HPO_FAULT says; see CFaults.h.
import CFaults
import HPOCommands

guard hpo_faults_install() == 0 else { fatalError("HPO_FAULT makes no sense") }
await HPOCommand.runTool()
