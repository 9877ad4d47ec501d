internal import Foundation

/// What waits for the outside world, on a thread of its own: the threads that tasks share must not.
package enum BlockingWork {
    /// Runs `body` and hands back what it returns.
    package static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
