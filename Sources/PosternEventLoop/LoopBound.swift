/// A value that belongs to one event loop and may be carried, unopened, through other threads.
package struct LoopBound<Value>: @unchecked Sendable {
    // @unchecked: the value is reached only through `on(_:)`, which demands the loop it was made on, and a loop is
    // reachable only from its own thread.
    private let stored: Value
    private let owner: ObjectIdentifier

    package init(_ value: Value, on loop: EventLoop) {
        stored = value
        owner = ObjectIdentifier(loop)
    }

    /// The value, for code that runs on its loop.
    package func on(_ loop: EventLoop) -> Value {
        precondition(owner == ObjectIdentifier(loop), "a loop-bound value was opened on another loop")
        return stored
    }
}
