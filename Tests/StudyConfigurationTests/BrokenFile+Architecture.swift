extension BrokenFile {
  /// A study file that describes a space of architectures, with steps of most kinds.
  static let architectureText = """
    objective: {data: digits, metric: accuracy, epochs: 2}
    architecture:
      bits: [4, 8]
      space:
      - let: {kernel: [3, 5], wide: bool}
      - convolution: {name: stem, channels: [8, 16], kernel: kernel}
      - keep: stem
      - repeat:
          name: block
          count: 1..2
          steps:
          - skip: {choice: true, steps: [{convolution: {channels: x.channels, kernel: kernel}}]}
      - keep: body
      - inputChoice: {from: [stem, body], count: 1}
      - layerChoice:
          name: reduction
          layers:
            stride: [{convolution: {channels: 16, stride: 2}}]
            pooling: [maxPooling]
      - optional: {name: more, steps: [{depthwise: {kernel: 3}}]}
      - cell: {nodes: 1..2, operations: {none: [], thin: [{separable: {channels: x.channels}}]}}
      - require: x.channels >= 8 or wide
      - classifier

    """

  static let architecture: [BrokenFile] = [
    BrokenFile(
      "a space that is a mapping",
      text: "objective: {data: digits, metric: accuracy}\narchitecture:\n  space: {name: cnn}\n",
      messages: [
        "3:10: architecture.space: expected one of mlp, cnn, invertedResidual, cell, or a list of steps, met a mapping"
      ]),
    BrokenFile(
      "no steps",
      text: "objective: {data: digits, metric: accuracy}\narchitecture:\n  space: []\n",
      messages: [
        "3:10: architecture.space: expected steps such as [flatten, output], met none"
      ]),
    BrokenFile(
      "an option of ready spaces beside steps", of: architectureText,
      edits: [("bits: [4, 8]", "depth: 1..3")],
      messages: [
        "3:3: unknown key 'depth' in architecture; expected one of space, bits, dropout, limits, minimize, warmUp, input"
      ]),
    BrokenFile(
      "an unknown form of the input", of: architectureText,
      edits: [("bits: [4, 8]", "input: picture")],
      messages: [
        "3:10: unknown form of the input 'picture'; expected one of image, row"
      ]),
    BrokenFile(
      "bits that no weight has", of: architectureText,
      edits: [("bits: [4, 8]", "bits: [1, 8]")],
      messages: [
        "3:10: architecture.bits: expected whole numbers from 2 to 8, met '1'"
      ]),
    BrokenFile(
      "a mistyped step", of: architectureText,
      edits: [("- keep: stem", "- kep: stem")],
      messages: [
        "7:5: unknown step 'kep'; did you mean 'keep'?"
      ]),
    BrokenFile(
      "a step that is none", of: architectureText,
      edits: [("- keep: stem", "- transformer: {heads: 4}")],
      messages: [
        "7:5: unknown step 'transformer'; expected one of dense, convolution, depthwise, separable, maxPooling, averagePooling, globalAveragePooling, batchNormalization, layerNormalization, dropout, flatten, reshape, activation, output, classifier, let, scope, repeat, layerChoice, optional, skip, if, cell, inputChoice, add, multiply, concatenate, keep, take, require",
        "14:26: inputChoice.from: no value is kept as 'stem' before; expected body",
      ]),
    BrokenFile(
      "a step that is a number", of: architectureText,
      edits: [("- keep: stem", "- 3")],
      messages: [
        "7:5: unknown step '3'; expected one of dense, convolution, depthwise, separable, maxPooling, averagePooling, globalAveragePooling, batchNormalization, layerNormalization, dropout, flatten, reshape, activation, output, classifier, let, scope, repeat, layerChoice, optional, skip, if, cell, inputChoice, add, multiply, concatenate, keep, take, require",
        "14:26: inputChoice.from: no value is kept as 'stem' before; expected body",
      ]),
    BrokenFile(
      "a step that is a list", of: architectureText,
      edits: [("- keep: stem", "- [stem]")],
      messages: [
        "7:5: expected a step such as 'convolution: {channels: 8}', met a list",
        "14:26: inputChoice.from: no value is kept as 'stem' before; expected body",
      ]),
    BrokenFile(
      "options that are not indented", of: architectureText,
      edits: [("- keep: stem", "- dense:\n    units: 8"), ("dense:\n    units", "dense:\n  units")],
      messages: [
        "9:3: no YAML: did not find expected key, while parsing a block mapping that begins at line 3, column 3"
      ]),
    BrokenFile(
      "an empty step", of: architectureText,
      edits: [("- keep: stem", "-")],
      messages: [
        "7:4: expected a step such as 'convolution: {channels: 8}', met nothing",
        "14:26: inputChoice.from: no value is kept as 'stem' before; expected body",
      ]),
    BrokenFile(
      "a mistyped option", of: architectureText,
      edits: [("channels: [8, 16]", "chanels: [8, 16]")],
      messages: [
        "6:31: unknown key 'chanels' in convolution; did you mean 'channels'?"
      ]),
    BrokenFile(
      "a missing option", of: architectureText,
      edits: [("channels: [8, 16], ", "")],
      messages: [
        "6:5: missing key 'channels' in convolution"
      ]),
    BrokenFile(
      "channels out of range", of: architectureText,
      edits: [("channels: [8, 16]", "channels: [0, 16]")],
      messages: [
        "6:42: convolution.channels: expected a whole number from 1 to 4096, met '0'"
      ]),
    BrokenFile(
      "channels with a fraction", of: architectureText,
      edits: [("channels: [8, 16]", "channels: 8.5")],
      messages: [
        "6:41: convolution.channels: expected a whole number from 1 to 4096, met '8.5'"
      ]),
    BrokenFile(
      "a number that is listed twice", of: architectureText,
      edits: [("[8, 16]", "[8, 8]")],
      messages: [
        "6:45: convolution.channels: '8' is listed twice"
      ]),
    BrokenFile(
      "an empty list", of: architectureText,
      edits: [("[8, 16]", "[]")],
      messages: [
        "6:41: convolution.channels: expected at least one to choose from, met an empty list"
      ]),
    BrokenFile(
      "an empty range", of: architectureText,
      edits: [("channels: [8, 16]", "channels: 16..8")],
      messages: [
        "6:41: convolution.channels: empty range '16..8': the lower bound is above the upper one"
      ]),
    BrokenFile(
      "a range that is none", of: architectureText,
      edits: [("channels: [8, 16]", "channels: 8..many")],
      messages: [
        "6:41: convolution.channels: expected numbers on both sides of '..', met 'many' in '8..many'"
      ]),
    BrokenFile(
      "a range out of bounds", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {int: 8..8192, step: 8}")],
      messages: [
        "6:41: convolution.channels: expected a whole number from 1 to 4096 in every case, met 8..8192"
      ]),
    BrokenFile(
      "real numbers where whole ones are needed", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {float: 8..16}")],
      messages: [
        "6:41: convolution.channels: expected a whole number from 1 to 4096 in every case, met the real numbers 8.0..16.0"
      ]),
    BrokenFile(
      "a choice without a kind", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {log: true}")],
      messages: [
        "6:41: missing key 'float', 'int' or 'choice' in convolution.channels"
      ]),
    BrokenFile(
      "a mistyped key of a choice", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {int: 8..16, stpe: 4}")],
      messages: [
        "6:54: unknown key 'stpe' in convolution.channels; did you mean 'step'?"
      ]),
    BrokenFile(
      "a tie that is a number", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {int: 8..16, tie: 7}")],
      messages: [
        "6:59: convolution.channels.tie: expected a text, met '7'; put it in quotes"
      ]),
    BrokenFile(
      "a tie with a slash", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {int: 8..16, tie: a/b}")],
      messages: [
        "6:59: convolution.channels.tie: a name has 1 to 40 letters, digits, '_' and '-', but 'a/b' is none"
      ]),
    BrokenFile(
      "a tie that is a hyperparameter", of: architectureText,
      edits: [("channels: [8, 16]", "channels: {int: 8..16, tie: epochs}")],
      messages: [
        "6:59: convolution.channels.tie: 'epochs' is a hyperparameter of the training; take another name"
      ]),
    BrokenFile(
      "a choice at the top that is a hyperparameter", of: architectureText,
      edits: [("wide: bool", "learningRate: [1, 2]")],
      messages: [
        "5:27: let: 'learningRate' is a hyperparameter of the training; give the choice another name, or a scope",
        "22:33: require: 'wide' is no choice before; expected one of kernel, learningRate, more, outputs, reduction, x.channels, x.height, x.width",
      ]),
    BrokenFile(
      "an optional part at the top that is a hyperparameter", of: architectureText,
      edits: [("name: more", "name: momentum")],
      messages: [
        "20:22: optional: 'momentum' is a hyperparameter of the training; give the choice another name, or a scope"
      ]),
    BrokenFile(
      "a name that is none in let", of: architectureText,
      edits: [("wide: bool", "x.wide: bool")],
      messages: [
        "5:27: let: a name has letters, digits and '_' and begins with a letter, but 'x.wide' is none",
        "22:33: require: 'wide' is no choice before; expected one of kernel, more, outputs, reduction, x.channels, x.height, x.width",
      ]),
    BrokenFile(
      "a normalization that there is not, and a padding beyond all windows", of: architectureText,
      edits: [("channels: [8, 16], kernel: kernel}", "channels: 8, normalization: [batch, layer], padding: 256}")],
      messages: [
        "6:67: unknown normalization 'layer'; expected one of batch, none",
        "6:84: convolution.padding: expected a whole number from 0 to 255, met '256'",
      ]),
    BrokenFile(
      "a reshape without a height", of: architectureText,
      edits: [("- keep: body", "- reshape: {width: 4}\n  - keep: body")],
      messages: [
        "13:5: missing key 'height' in reshape"
      ]),
    BrokenFile(
      "let without names", of: architectureText,
      edits: [("{kernel: [3, 5], wide: bool}", "[kernel]")],
      messages: [
        "5:10: let: expected names with values, such as {width: [8, 16]}, met a list",
        "6:58: convolution.kernel: 'kernel' is no choice before; expected one of outputs, x.channels, x.height, x.width",
        "12:83: convolution.kernel: 'kernel' is no choice before; expected one of block.count, block.index, outputs, x.channels, x.height, x.width",
        "22:33: require: 'wide' is no choice before; expected one of more, outputs, reduction, x.channels, x.height, x.width",
      ]),
    BrokenFile(
      "an unknown name in an expression", of: architectureText,
      edits: [("kernel: kernel}\n  - keep", "kernel: kernal}\n  - keep")],
      messages: [
        "6:58: convolution.kernel: 'kernal' is no choice before; did you mean 'kernel'?"
      ]),
    BrokenFile(
      "an unknown name within an expression in quotes", of: architectureText,
      edits: [("kernel: kernel}\n  - keep", "kernel: \"1 + depth * 2\"}\n  - keep")],
      messages: [
        "6:63: convolution.kernel: 'depth' is no choice before; expected one of kernel, outputs, wide, x.channels, x.height, x.width"
      ]),
    BrokenFile(
      "an expression without an end", of: architectureText,
      edits: [("x.channels >= 8 or wide", "x.channels >=")],
      messages: [
        "22:27: require: expected a value, met its end"
      ]),
    BrokenFile(
      "an expression with a sign that has no meaning", of: architectureText,
      edits: [("x.channels >= 8 or wide", "x.channels => 8")],
      messages: [
        "22:25: require: '=' has no meaning here"
      ]),
    BrokenFile(
      "a name of steps further inside", of: architectureText,
      edits: [("x.channels >= 8 or wide", "block.index > 1")],
      messages: [
        "22:14: require: 'block.index' is no choice before; expected one of kernel, more, outputs, reduction, wide, x.channels, x.height, x.width"
      ]),
    BrokenFile(
      "a function that does not exist", of: architectureText,
      edits: [("x.channels >= 8 or wide", "sqrt(x.channels) > 2")],
      messages: [
        "22:14: require: there is no function 'sqrt'; expected one of min, max, abs, if"
      ]),
    BrokenFile(
      "a requirement that is a list", of: architectureText,
      edits: [("x.channels >= 8 or wide", "[wide]")],
      messages: [
        "22:14: require: expected an expression such as 'width > 8 and not wide', met a list"
      ]),
    BrokenFile(
      "a requirement that is a number", of: architectureText,
      edits: [("x.channels >= 8 or wide", "x.channels + 8")],
      messages: [
        "22:5: architecture: the condition is '24' and neither true nor false"
      ]),
    BrokenFile(
      "a name that is taken", of: architectureText,
      edits: [("- optional: {name: more", "- optional: {name: reduction")],
      messages: [
        "20:22: optional: the name 'reduction' is taken in line 16; give this step another with 'name'"
      ]),
    BrokenFile(
      "two layers of one kind without names", of: architectureText,
      edits: [("- classifier", "- dropout\n  - dropout\n  - classifier")],
      messages: [
        "24:5: dropout: the name 'dropout' is taken in line 23; give this step another with 'name'",
        "25:5: classifier: the name 'dropout' is taken in line 23; give this step another with 'name'",
      ]),
    BrokenFile(
      "a classifier beside an output", of: architectureText,
      edits: [("- classifier", "- output\n  - classifier")],
      messages: [
        "24:5: classifier: the name 'output' is taken in line 23; give this step another with 'name'"
      ]),
    BrokenFile(
      "a name with a blank", of: architectureText,
      edits: [("name: stem", "name: my stem")],
      messages: [
        "6:25: convolution: a name has 1 to 40 letters, digits, '_' and '-', but 'my stem' is none"
      ]),
    BrokenFile(
      "a repetition without a count", of: architectureText,
      edits: [("      count: 1..2\n", "")],
      messages: [
        "8:5: missing key 'count' in repeat"
      ]),
    BrokenFile(
      "a count that is too large", of: architectureText,
      edits: [("count: 1..2", "count: 1..100")],
      messages: [
        "10:14: repeat.count: expected a whole number from 0 to 64 in every case, met 1..100"
      ]),
    BrokenFile(
      "shared that is no boolean", of: architectureText,
      edits: [("count: 1..2", "count: 1..2\n      shared: often")],
      messages: [
        "11:15: repeat.shared: expected true or false, met 'often'"
      ]),
    BrokenFile(
      "a repetition without steps", of: architectureText,
      edits: [
        (
          "      steps:\n      - skip: {choice: true, steps: [{convolution: {channels: x.channels, kernel: kernel}}]}\n",
          ""
        )
      ],
      messages: [
        "8:5: missing key 'steps' in repeat"
      ]),
    BrokenFile(
      "steps that are a mapping", of: architectureText,
      edits: [("steps: [{depthwise: {kernel: 3}}]", "steps: {depthwise: {kernel: 3}}")],
      messages: [
        "20:35: optional.steps: expected a list of steps, met a mapping"
      ]),
    BrokenFile(
      "a single branch", of: architectureText,
      edits: [("        pooling: [maxPooling]\n", "")],
      messages: [
        "18:9: layerChoice.layers: expected at least two to choose from, met 1"
      ]),
    BrokenFile(
      "branches that are a list", of: architectureText,
      edits: [
        (
          "        stride: [{convolution: {channels: 16, stride: 2}}]\n        pooling: [maxPooling]\n",
          "        - maxPooling\n"
        )
      ],
      messages: [
        "18:9: layerChoice.layers: expected names with steps, such as {wide: [{dense: 64}], narrow: [{dense: 16}]}, met a list"
      ]),
    BrokenFile(
      "a branch with a name that is none", of: architectureText,
      edits: [("        pooling: [maxPooling]", "        max/2: [maxPooling]")],
      messages: [
        "19:9: layerChoice.layers: a name has 1 to 40 letters, digits, '_' and '-', but 'max/2' is none"
      ]),
    BrokenFile(
      "a value that is not kept", of: architectureText,
      edits: [("[stem, body]", "[stem, boddy]")],
      messages: [
        "14:32: inputChoice.from: no value is kept as 'boddy' before; did you mean 'body'?"
      ]),
    BrokenFile(
      "a value that is kept further inside", of: architectureText,
      edits: [("- skip:", "- keep: inside\n      - skip:"), ("[stem, body]", "[stem, inside]")],
      messages: [
        "15:32: inputChoice.from: no value is kept as 'inside' before; expected one of body, stem"
      ]),
    BrokenFile(
      "one value to choose from", of: architectureText,
      edits: [("[stem, body]", "[stem]")],
      messages: [
        "14:25: inputChoice.from: expected 2 to 16 kept values, met 1"
      ]),
    BrokenFile(
      "more values than there are", of: architectureText,
      edits: [("count: 1}", "count: 3}")],
      messages: [
        "14:46: inputChoice.count: 3 of 2 values cannot be taken"
      ]),
    BrokenFile(
      "a join that does not exist", of: architectureText,
      edits: [("count: 1}", "count: 1, join: mean}")],
      messages: [
        "14:55: unknown join 'mean'; expected one of sum, product, concatenate"
      ]),
    BrokenFile(
      "a value to add that is listed twice", of: architectureText,
      edits: [("- inputChoice: {from: [stem, body], count: 1}", "- add: [stem, stem]")],
      messages: [
        "14:17: add: 'stem' is listed twice"
      ]),
    BrokenFile(
      "a cell without nodes", of: architectureText,
      edits: [("nodes: 1..2, ", "")],
      messages: [
        "21:5: missing key 'nodes' in cell"
      ]),
    BrokenFile(
      "an activation that does not exist", of: architectureText,
      edits: [("depthwise: {kernel: 3}", "depthwise: {kernel: 3, activation: rleu}")],
      messages: [
        "20:72: unknown activation 'rleu'; did you mean 'relu'?"
      ]),
    BrokenFile(
      "an activation among several that does not exist", of: architectureText,
      edits: [("depthwise: {kernel: 3}", "depthwise: {kernel: 3, activation: [relu, swish]}")],
      messages: [
        "20:79: unknown activation 'swish'; expected one of relu, relu6, leakyReLU, elu, gelu, silu, hardSwish, tanh, sigmoid, none"
      ]),
    BrokenFile(
      "a probability of 1", of: architectureText,
      edits: [("- classifier", "- dropout: 1\n  - classifier")],
      messages: [
        "23:14: dropout.probability: expected a number of 0 or more and below 1, met '1'",
        "24:5: classifier: the name 'dropout' is taken in line 23; give this step another with 'name'",
      ]),
    BrokenFile(
      "a dense layer on an image", of: architectureText,
      edits: [("- classifier", "- dense: 32\n  - output")],
      messages: [
        "23:5: architecture: dense 'dense' takes rows, but was given 1x4x4x16; put 'flatten' or 'globalAveragePooling' before it"
      ]),
    BrokenFile(
      "a convolution on rows", of: architectureText,
      edits: [("- classifier", "- flatten\n  - convolution: {name: late, channels: 8}\n  - output: {name: last}")],
      messages: [
        "24:5: architecture: convolution 'late' takes images, but was given 1x256; 'input: image' takes rows as images of one column"
      ]),
    BrokenFile(
      "no outputs", of: architectureText,
      edits: [("  - classifier\n", "")],
      messages: [
        "4:3: architecture: the outputs have shape 1x4x4x16 where 1x10 is needed; end with 'output' or 'classifier'"
      ]),
    BrokenFile(
      "channels with a fraction by an expression", of: architectureText,
      edits: [("- classifier", "- convolution: {name: half, channels: x.channels / 3}\n  - classifier")],
      messages: [
        "23:5: architecture: convolution 'half': channels is '5.333333333333333' and no whole number; '//' divides whole numbers"
      ]),
    BrokenFile(
      "a number where a name is chosen", of: architectureText,
      edits: [("depthwise: {kernel: 3}", "depthwise: {kernel: 3, activation: 7}")],
      messages: [
        "20:72: depthwise.activation: expected one of relu, relu6, leakyReLU, elu, gelu, silu, hardSwish, tanh, sigmoid, none, met '7'"
      ]),
    BrokenFile(
      "a requirement that never holds", of: architectureText,
      edits: [("x.channels >= 8 or wide", "{that: x.channels > 100, because: too thin}")],
      messages: [
        "22:5: architecture: no random architecture can be built: too thin"
      ]),
    BrokenFile(
      "sums of different shapes", of: architectureText,
      edits: [("- classifier", "- keep: end\n  - add: [stem, end]\n  - classifier")],
      messages: [
        "24:5: architecture: no random architecture can be built: add 'add' takes two values of one shape, but was given shapes 1x8x8x16, 1x4x4x16"
      ]),
    BrokenFile(
      "a probability that no step drops with",
      text: """
        objective: {data: digits, metric: accuracy}
        architecture:
          dropout: 0.2
          space: [flatten, {optional: {name: more, steps: [{dropout: 0.1}]}}, output]
        """,
      messages: [
        "3:3: architecture.dropout has no effect: it is that of 'classifier' and of a 'dropout' without a probability, and "
          + "there is neither; leave it out"
      ]),
    BrokenFile(
      "products of different shapes", of: architectureText,
      edits: [("- classifier", "- keep: end\n  - multiply: {of: [stem, end], name: gated}\n  - classifier")],
      messages: [
        "24:5: architecture: no random architecture can be built: multiply 'gated' takes two values of one shape, but was given shapes 1x8x8x16, 1x4x4x16"
      ]),
    BrokenFile(
      "groups that divide no channels", of: architectureText,
      edits: [("- classifier", "- convolution: {name: last, channels: 16, groups: 3}\n  - classifier")],
      messages: [
        "23:5: architecture: no random architecture can be built: convolution 'last' has 3 groups, which must divide both its 16 and its 16 channels"
      ]),
    BrokenFile(
      "numbers of activations that are never taken, or out of range", of: architectureText,
      edits: [
        (
          "depthwise: {kernel: 3}",
          "depthwise: {kernel: 3, dilation: 0, negativeSlope: 0.1, activation: [elu, relu], eluAlpha: -1}"
        ),
        ("[maxPooling]", "[{convolution: {channels: 16, stride: 2, eluAlpha: 2}}]"),
      ],
      messages: [
        "19:59: convolution.eluAlpha has no effect: the activation is never elu; write 'activation: elu', or leave it out",
        "20:70: depthwise.dilation: expected a whole number from 1 to 16, met '0'",
        "20:73: depthwise.negativeSlope has no effect: the activation is never leakyReLU; write 'activation: leakyReLU', or leave it out",
        "20:128: depthwise.eluAlpha: expected a number above 0, met '-1'",
      ]),
    BrokenFile(
      "windows that never fit", of: architectureText,
      edits: [("- classifier", "- maxPooling: {name: p1, window: 4, padding: 3}\n  - classifier")],
      messages: [
        "23:5: architecture: no random architecture can be built: maxPooling 'p1' takes x [N, H, W, C] that a window of 4x4 fits in, with a padding of at most half the window, but was given shapes 1x4x4x16"
      ]),
    BrokenFile(
      "one name for two choices", of: architectureText,
      edits: [
        (
          "- classifier",
          "- if: {that: wide, then: [{let: {late: [1, 2]}}], else: []}\n  - let: {late: [1, 3]}\n  - classifier"
        )
      ],
      messages: [
        "24:5: architecture: the name 'late' stands for two different choices; give one of them another name"
      ]),
    BrokenFile(
      "if without a condition", of: architectureText,
      edits: [("- classifier", "- if: {then: [flatten]}\n  - classifier")],
      messages: [
        "23:5: missing key 'that' in if"
      ]),
    BrokenFile(
      "two mistakes", of: architectureText,
      edits: [("wide: bool", "wide: boole"), ("[stem, body]", "[stem, bdoy]")],
      messages: [
        "5:33: let.wide: 'boole' is no choice before; did you mean 'bool'?",
        "14:32: inputChoice.from: no value is kept as 'bdoy' before; did you mean 'body'?",
      ]),
  ]
}
