extension BrokenFile {
  static let syntax: [BrokenFile] = [
    BrokenFile(
      "an empty file",
      text: "",
      messages: [
        "1:1: the file holds no study; it needs 'space' and 'direction' or 'objective'"
      ]),
    BrokenFile(
      "a file of comments",
      text: "# nothing\n",
      messages: [
        "1:1: the file holds no study; it needs 'space' and 'direction' or 'objective'"
      ]),
    BrokenFile(
      "a list instead of keys",
      text: "[1, 2]\n",
      messages: [
        "1:1: expected the keys of a study, such as direction and space, met a list"
      ]),
    BrokenFile(
      "a number instead of keys",
      text: "5\n",
      messages: [
        "1:1: expected the keys of a study, such as direction and space, met '5'"
      ]),
    BrokenFile(
      "a bracket that is not closed",
      edits: [("128]", "128")],
      messages: [
        "14:39: no YAML: did not find expected ',' or ']', while parsing a flow sequence that begins at line "
          + "14, column 23"
      ]),
    BrokenFile(
      "a quote that is not closed",
      edits: [("study: digits", "study: 'digits")],
      messages: [
        "25:8: no YAML: found unexpected end of stream, while scanning a quoted scalar that begins at line 2, "
          + "column 8"
      ]),
    BrokenFile(
      "a colon within a value",
      text: "study: digits: mlp\n",
      messages: [
        "1:14: no YAML: mapping values are not allowed in this context"
      ]),
    BrokenFile(
      "indentation by a tab",
      text: "space:\n\tx: 1\n",
      messages: [
        "2:1: no YAML: a tab does not indent; write spaces"
      ]),
    BrokenFile(
      "line breaks of Windows",
      text: "direction: minimize\r\nspace: {x: {int: 3..1}}\r\n",
      messages: [
        "2:18: space.x: empty range '3..1': the lower bound is above the upper one"
      ]),
    BrokenFile(
      "a second document",
      edits: [("jobs: 2\n", "jobs: 2\n---\njobs: 3\n")],
      messages: [
        "26:1: a second document begins here; a study file is a single one"
      ]),
    BrokenFile(
      "an anchor and its alias",
      edits: [("trials: 200", "trials: &n 2"), ("jobs: 2", "jobs: *n")],
      messages: [
        "24:9: the anchor '&n': study files have no anchors and aliases"
      ]),
    BrokenFile(
      "an alias of nothing",
      text: "trials: *n\n",
      messages: [
        "1:9: no YAML: found undefined alias"
      ]),
    BrokenFile(
      "a tag",
      edits: [("trials: 200", "trials: !!int 200")],
      messages: [
        "24:9: the tag 'tag:yaml.org,2002:int': study files have no tags; a text is put in quotes"
      ]),
    BrokenFile(
      "aliases of aliases",
      text: """
        a: &a [x, x]
        b: &b [*a, *a, *a, *a, *a]
        c: &c [*a, *a, *a, *a, *a]
        d: &d [*a, *a, *a, *a, *a]
        e: &e [*a, *a, *a, *a, *a]
        f: &f [*a, *a, *a, *a, *a]
        """,
      messages: [
        "6:24: more than 24 aliases or keys in '?' form; a study file does without them"
      ]),
    BrokenFile(
      "aliases of aliases as a key",
      text: """
        ? &a [&b [&c [x, x], *c], *b]
        : 1
        """,
      messages: [
        "1:3: a key must be a single word or a text in quotes"
      ]),
    BrokenFile(
      "deep nesting",
      text: """
        direction: minimize
        space: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
        """,
      messages: [
        "2:8: space: expected parameters such as learningRate: {float: 1e-4..1e-1, log: true}, met a list",
        "2:40: nested deeper than 32 levels",
      ]),
    BrokenFile(
      "nesting that is too deep for the parser",
      text: "space: " + String(repeating: "[", count: 1200) + String(repeating: "]", count: 1200),
      messages: [
        "1:9: nested deeper than 32 levels"
      ]),
    BrokenFile(
      "a list as a key",
      text: """
        direction: minimize
        space: {? [a, b] : 1}
        """,
      messages: [
        "2:11: a key must be a single word or a text in quotes"
      ]),
    BrokenFile(
      "a control character",
      text: "study: a\u{7}b\n",
      messages: [
        "1:9: the control character U+0007 has no place in a text"
      ]),
  ]
}
