import Graphs

/// How a convolution's channels fall into groups.
struct ConvolutionChannels {
  /// The number of groups.
  let groups: Int
  /// The input and the output channels of one group.
  let inputs: Int, outputs: Int
  /// The output channels of all groups.
  let allOutputs: Int

  /// Reads the numbers off a weight [KH, KW, inputs, all outputs].
  init(weight: Shape, groups: Int) {
    self.groups = groups
    (inputs, allOutputs) = (weight[2], weight[3])
    outputs = allOutputs / groups
  }

  /// Whether each group is a single channel that is filtered alone.
  var isDepthwise: Bool { inputs == 1 && outputs == 1 && groups > 1 }
}
