internal import Foundation

/// A new id: a random UUID in lower case.
func makeUUID() -> String { UUID().uuidString.lowercased() }
