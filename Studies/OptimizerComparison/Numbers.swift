import Foundation

func log10(_ x: Double) -> Double { Foundation.log10(x) }

/// 10ˣ.
func tenToThe(_ x: Double) -> Double { pow(10, x) }
