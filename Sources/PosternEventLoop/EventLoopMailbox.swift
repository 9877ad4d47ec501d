internal import CLinux
internal import Glibc
internal import Synchronization

/// The one door through which other threads reach an event loop.
package final class EventLoopMailbox: Sendable {
    package typealias Message = @Sendable (EventLoop) -> Void

    let descriptor: CInt
    private let messages = Mutex<[Message]>([])

    init() throws(EventLoopError) {
        descriptor = postern_eventfd()
        guard descriptor >= 0 else { throw EventLoopError(call: "eventfd", errorNumber: errno) }
    }

    deinit { close(descriptor) }

    /// Leaves a message, to be run on the loop's thread in the order of the calls.
    package func post(_ message: @escaping Message) {
        let wasEmpty = messages.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
        // One wake for any number of messages: the loop takes all of them.
        guard wasEmpty else { return }
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func takeAll() -> [Message] {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return messages.withLock { waiting in
            let taken = waiting
            waiting.removeAll(keepingCapacity: false)
            return taken
        }
    }
}
