internal import PosternEventLoop

/// Something that gathers output during a turn and sends it at its end, all in one go.
protocol TurnEndSender: AnyObject {
    func sendAtTurnEnd()
}

/// Who has something to send at the end of this turn of an event loop.
final class OutputSchedule {
    private var waiting: [any TurnEndSender] = []

    /// To be made before whatever else works at the end of a turn and may be given work by what is sent.
    init(on loop: EventLoop) {
        loop.atTurnEnd { [unowned self] in run() }
    }

    /// Has `sender` called at the end of this turn; it sees to it itself that it is there once.
    func add(_ sender: any TurnEndSender) { waiting.append(sender) }

    private func run() {
        // One sender's output may give another something to send.
        while !waiting.isEmpty {
            let senders = waiting
            waiting.removeAll(keepingCapacity: true)
            for sender in senders { sender.sendAtTurnEnd() }
        }
    }
}

@available(*, unavailable)
extension OutputSchedule: Sendable {}
