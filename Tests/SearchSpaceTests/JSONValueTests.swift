import OrderedCollections
import Testing

@testable import SearchSpace

@Suite("JSON values")
struct JSONValueTests {
  @Test(
    "Malformed text is refused with the offset of the fault",
    arguments: [
      ("", 0), ("  ", 2), ("{", 1), ("[1,", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1),
      ("tru", 0), ("[1]]", 3), ("1 2", 2), ("\"abc", 4), ("\"\\x\"", 2), ("\"\\u12G4\"", 3), ("--1", 0), ("1-2", 1),
      ("\"a\u{1}\"", 2), ("nul", 0), ("+1", 0), (".5", 0), ("\"\\", 2), ("\"\\u12", 3), ("-", 0), ("{\"a\":}", 5),
    ])
  func malformed(text: String, offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.offset == offset, "\(text): \(error?.description ?? "")")
  }

  @Test("Numbers that JSON does not know are refused", arguments: ["01", "1.", "1.e5", "-01", "1e", "00.5", "-.5"])
  func malformedNumbers(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test("Text nested deeper than the limit is refused, and up to the limit it is read")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
    #expect(error?.offset == 64)
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000)) }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(3), depthLimit: 3) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(4), depthLimit: 3) }
  }

  @Test("Objects keep their order, and the last of equal keys wins")
  func objects() throws {
    let value = try JSONValue(parsing: #" { "b" : 1 , "a" : [ true , null , 2.5 ] , "b" : "x" } "#)
    guard case .object(let members) = value else { throw JSONError(offset: 0, message: "no object") }
    #expect(Array(members.keys) == ["b", "a"])
    #expect(value["b"] == "x")
    #expect(value["a"] == [true, nil, 2.5])
    #expect(value["c"] == nil)
  }

  @Test("Integers stay apart from other numbers, and those beyond 64 bits become doubles")
  func numbers() throws {
    #expect(try JSONValue(parsing: "9223372036854775807") == .int(.max))
    #expect(try JSONValue(parsing: "9223372036854775808") == .double(0x1p63))
    #expect(try JSONValue(parsing: "1.0") == .double(1))
    #expect(try JSONValue(parsing: "-1E+2") == .double(-100))
    #expect(try JSONValue(parsing: "-Infinity") == .double(-.infinity))
    #expect(try JSONValue(parsing: "NaN").doubleValue?.isNaN == true)
    #expect(JSONValue.double(3).intValue == 3)
    #expect(JSONValue.double(3.5).intValue == nil)
  }

  @Test("Escapes are read, pairs of surrogates as one character and lone ones as a replacement")
  func escapes() throws {
    #expect(try JSONValue(parsing: #""\ud83d\ude00\u00e9\/\b""#) == .string("😀é/\u{8}"))
    #expect(try JSONValue(parsing: #""\ud83dx""#) == .string("\u{FFFD}x"))
  }

  @Test("Two keys that are one in Swift are refused, and of one that is there twice the last value counts")
  func twinKeys() throws {
    for text in ["{\"\u{E9}\": 1, \"e\u{301}\": 2}", #"[{"a": {"\u00e9": 1, "b": 0, "e\u0301": 2}}]"#] {
      let error = #expect(throws: JSONError.self) { _ = try JSONValue(parsing: text) }
      #expect(error?.mayBeJSON == true && error?.message.contains(#""\u00e9" and "e\u0301""#) == true)
    }
    #expect(try JSONValue(parsing: #"{"\u00e9": 1, "b": 0, "é": 2}"#) == ["é": 2, "b": 0])
    let long = String(repeating: "x", count: 29)
    for place in 0..<29 {
      var other = Array(long.utf8)
      other[place] = 0x79
      #expect(!long.hasBytes(of: String(decoding: other, as: UTF8.self)) && long.hasBytes(of: long))
    }
    #expect("".hasBytes(of: "") && !"".hasBytes(of: "x"))
    #expect(ExactText("\u{E9}") != ExactText("e\u{301}") && ExactText("\u{E9}") == ExactText("é"))
  }

  @Test("The three layouts hold the same value")
  func layouts() throws {
    let value: JSONValue = ["a": [1, 2.5, "ü"], "b": [:], "c": [], "d": nil]
    #expect(value.serialized(.python) == #"{"a": [1, 2.5, "\u00fc"], "b": {}, "c": [], "d": null}"#)
    #expect(value.serialized(.strict) == #"{"a": [1, 2.5, "ü"], "b": {}, "c": [], "d": null}"#)
    #expect(
      value.serialized(.pretty)
        == "{\n  \"a\": [\n    1,\n    2.5,\n    \"ü\"\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": null\n}")
    for style in [JSONValue.Style.python, .strict, .pretty] {
      #expect(try JSONValue(parsing: value.serialized(style)) == value)
    }
    #expect(JSONValue.double(.nan).serialized(.strict) == "null")
  }
}
