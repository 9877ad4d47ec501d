internal import FoundationEssentials

/// The variables of the process.
package enum Environment {
    package static var all: [String: String] { ProcessInfo.processInfo.environment }
}
