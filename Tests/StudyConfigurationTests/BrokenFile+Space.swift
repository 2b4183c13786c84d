extension BrokenFile {
  static let space: [BrokenFile] = [
    BrokenFile(
      "an empty range",
      edits: [("1e-4..1e-1", "1e-1..1e-5")],
      messages: [
        "13:25: space.learningRate: empty range '1e-1..1e-5': the lower bound is above the upper one"
      ]),
    BrokenFile(
      "an empty range that others depend on",
      edits: [("depth: {int: 1..3}", "depth: {int: 3..1}")],
      messages: [
        "15:16: space.depth: empty range '3..1': the lower bound is above the upper one"
      ]),
    BrokenFile(
      "a single number as a range",
      edits: [("1e-4..1e-1", "0.1")],
      messages: [
        "13:25: space.learningRate: expected a range such as 0..1, met '0.1'"
      ]),
    BrokenFile(
      "three dots",
      edits: [("1e-4..1e-1", "1e-4...1e-1")],
      messages: [
        "13:25: space.learningRate: expected two dots between two numbers, as in 0.5..1, met '1e-4...1e-1'"
      ]),
    BrokenFile(
      "words as bounds",
      edits: [("1e-4..1e-1", "low..high")],
      messages: [
        "13:25: space.learningRate: expected numbers on both sides of '..', met 'low' in 'low..high'"
      ]),
    BrokenFile(
      "a value instead of a range",
      edits: [("{float: 1e-4..1e-1, log: true}", "0.1")],
      messages: [
        "13:17: space.learningRate: expected a range or a choice, such as {float: 0..1} or {choice: [a, b]}, "
          + "met '0.1'"
      ]),
    BrokenFile(
      "a logarithmic range from 0",
      edits: [("1e-4..1e-1", "0..1e-1")],
      messages: [
        "13:25: space.learningRate: expected a logarithmic range to start above 0, met '0..1e-1'"
      ]),
    BrokenFile(
      "log and step",
      edits: [("log: true}", "log: true, step: 0.1}")],
      messages: [
        "13:48: space.learningRate: 'step' and 'log' exclude each other; keep one of them"
      ]),
    BrokenFile(
      "log and step of wrong types",
      edits: [("{float: 1e-4..1e-1, log: true}", "{float: 1e-4..1e-1, log: yes, step: -1}")],
      messages: [
        "13:42: space.learningRate.log: expected true or false, met 'yes'",
        "13:53: space.learningRate.step: expected a number above 0, met '-1'",
      ]),
    BrokenFile(
      "two kinds at once",
      edits: [("{float: 1e-4..1e-1, log: true}", "{float: 0..1, int: 1..3}")],
      messages: [
        "13:31: space.learningRate is 'float' already; 'int' makes it another parameter"
      ]),
    BrokenFile(
      "a real range of a whole number",
      edits: [("int: 1..3", "float: 1..3")],
      messages: [
        "15:11: space.depth: expected 'int' or 'choice', as it is a whole number from 0 to 64, met 'float'"
      ]),
    BrokenFile(
      "a range of names",
      edits: [("choice: [relu, tanh, sigmoid]", "int: 0..2")],
      messages: [
        "17:16: space.activation: expected 'choice' with some of relu, relu6, leakyReLU, elu, gelu, silu, "
          + "hardSwish, tanh, sigmoid, met 'int'"
      ]),
    BrokenFile(
      "a range beyond what training accepts",
      edits: [("float: 0..0.5", "float: 0..1")],
      messages: [
        "18:20: space.dropout: expected a number of 0 or more and below 1, met the range '0..1'"
      ]),
    BrokenFile(
      "choices that training does not accept",
      edits: [("[16, 32, 64, 128]", "[0, 32, big, 1.5]")],
      messages: [
        "14:24: space.batchSize: expected a whole number from 1 to 65536, or all, met '0'",
        "14:31: space.batchSize: expected a whole number from 1 to 65536, or all, met 'big'",
        "14:36: space.batchSize: expected a whole number from 1 to 65536, or all, met '1.5'",
      ]),
    BrokenFile(
      "a mistyped and a double choice",
      edits: [("[relu, tanh, sigmoid]", "[rely, tanh, tanh]")],
      messages: [
        "17:25: unknown activation 'rely'; did you mean 'relu'?",
        "17:37: space.activation: the choice 'tanh' is listed twice",
      ]),
    BrokenFile(
      "a condition on an unknown parameter",
      edits: [("when: {optimizer", "when: {optimiser")],
      messages: [
        "20:39: space.momentum.when: 'momentum' depends on the unknown parameter 'optimiser'; did you mean "
          + "'optimizer'?"
      ]),
    BrokenFile(
      "a condition on an unknown value",
      edits: [("{optimizer: momentum}", "{optimizer: momentun}")],
      messages: [
        "20:50: space.momentum.when: 'momentun' is no choice of 'optimizer'; did you mean 'momentum'?"
      ]),
    BrokenFile(
      "a condition that never holds, by default",
      edits: [("  optimizer: {choice: [sgd, momentum, adam]}\n", "")],
      messages: [
        "19:39: 'momentum' never exists: optimizer is 'adam' by default; search optimizer too, or leave "
          + "'momentum' out"
      ]),
    BrokenFile(
      "a condition that never holds, by the objective",
      edits: [("  optimizer: {choice: [sgd, momentum, adam]}\n", ""), ("epochs: 30", "epochs: 30\n  optimizer: sgd")],
      messages: [
        "20:39: 'momentum' never exists: optimizer is fixed to 'sgd' in line 10; search optimizer too, or leave "
          + "'momentum' out"
      ]),
    BrokenFile(
      "a repetition by a later parameter",
      edits: [("repeat: depth", "repeat: dropout")],
      messages: [
        "16:44: space.units.repeat: 'units' depends on 'dropout', which comes later; put 'dropout' before it"
      ]),
    BrokenFile(
      "a repetition that is not the depth",
      edits: [("repeat: depth", "repeat: 3")],
      messages: [
        "16:44: space.units.repeat: expected depth, so that each layer has its units, met '3'"
      ]),
    BrokenFile(
      "a repetition of what exists once",
      edits: [("dropout: {float: 0..0.5", "dropout: {float: 0..0.5, repeat: depth")],
      messages: [
        "18:28: 'dropout' exists once; only 'units' can be repeated"
      ]),
    BrokenFile(
      "a grid of continuous and conditional parameters",
      edits: [("name: tpe", "name: grid")],
      messages: [
        "13:3: the grid sampler cannot enumerate the continuous range of 'learningRate'; give it a step or a choice",
        "16:36: the grid sampler needs parameters that always exist, but 'units' depends on another one",
        "18:3: the grid sampler cannot enumerate the continuous range of 'dropout'; give it a step or a choice",
        "20:3: the grid sampler cannot enumerate the continuous range of 'momentum'; give it a step or a choice",
      ]),
    BrokenFile(
      "names that meet after repetition",
      text: """
        direction: minimize
        space:
          n: {int: 0..3}
          x: {int: 0..3, repeat: n}
          x2: {int: 1..2}
        """,
      messages: [
        "5:3: space: the parameter 'x2' occurs twice: by itself and as one of a repeated parameter"
      ]),
    BrokenFile(
      "repetitions that cannot be counted",
      text: """
        direction: minimize
        space:
          n: {int: -1..3}
          a: {int: 0..3, repeat: n}
          b: {int: 0..3, repeat: 0}
          c: {int: 0..3, repeat: 100000}
          d: {int: 0..3, repeat: d}
          e: {int: 0..3, repeat: f}
          f: {int: 0..3, repeat: 1.5}
        """,
      messages: [
        "4:26: space.a.repeat: 'a' cannot be repeated 'n' times, whose values are not all whole numbers of 0 or more",
        "5:26: space.b.repeat: 'b' cannot be repeated 0 times; the least is 1",
        "6:26: space.c.repeat: 'c' is repeated up to 100000 times, but a space has at most 10000 parameters",
        "7:26: space.d.repeat: 'd' cannot depend on itself",
        "8:26: space.e.repeat: 'e' depends on 'f', which comes later; put 'f' before it",
        "9:26: space.f.repeat: expected the name of a parameter or a whole number, met '1.5'",
      ]),
    BrokenFile(
      "conditions that cannot be met",
      text: """
        direction: minimize
        space:
          f: {float: 0..1}
          n: {int: 1..9, step: 2}
          a: {float: 0..1, when: {f: 0.5}}
          b: {float: 0..1, when: {}}
          c: {float: 0..1, when: f}
          d: {float: 0..1, when: {n: []}}
          e: {float: 0..1, when: {n: [3, 4]}}
        """,
      messages: [
        "5:27: space.a.when: 'a' cannot depend on 'f', which is no choice and no whole number",
        "6:26: space.b.when: expected a parameter with a value, met none",
        "7:26: space.c.when: expected a parameter with a value, such as {optimizer: momentum}, met 'f'",
        "8:30: space.d.when.n: expected a value, met an empty list",
        "9:34: space.e.when: '4' is no value of 'n', which runs from 1 to 9 in steps of 2",
      ]),
    BrokenFile(
      "choices that are none",
      text: """
        direction: minimize
        space:
          c: {choice: []}
          d: {choice: a}
          e: {choice: [[a], 99999999999999999999]}
          f: {choice: [1], log: true}
        """,
      messages: [
        "3:15: space.c.choice: expected a list such as [a, b], met an empty list",
        "4:15: space.d.choice: expected a list such as [a, b], met 'a'",
        "5:16: space.e: expected a text, a number, true, false or null as a choice, met a list",
        "5:21: space.e: the number '99999999999999999999' does not fit in 64 bits; put it in quotes",
        "6:20: 'log' belongs to a range; space.f is a choice",
      ]),
    BrokenFile(
      "bounds that do not fit",
      text: """
        direction: minimize
        space:
          i: {int: 0.5..3}
          j: {int: 0..3, step: 0.5}
          k: {int: 0..3, log: true}
          l: {float: 1e999..3}
          m: {float: [0, 1]}
          n: {int: 0..9007199254740993}
        """,
      messages: [
        "3:12: space.i: expected whole numbers as bounds, met '0.5..3'",
        "4:24: space.j.step: expected a whole number of 1 or more, met '0.5'",
        "5:12: space.k: expected a logarithmic range to start at 1 or above, met '0..3'",
        "6:14: space.l: expected numbers on both sides of '..', met '1e999' in '1e999..3'",
        "7:14: space.m.float: expected a range such as 0..1, met a list",
        "8:12: space.n: int 0..9007199254740993: a bound is beyond 2^53",
      ]),
  ]
}
