import Synchronization
import Testing

/// Waits for something that happens on another thread, for ten seconds at most.
func until(at location: SourceLocation = #_sourceLocation, _ condition: @Sendable () -> Bool) async {
    let end = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("it did not happen", sourceLocation: location)
            return
        }
        await Task.yield()
    }
}

/// A number that several threads see.
final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func set(_ value: Int) { number.withLock { $0 = value } }
}
