internal import CLinux
internal import Logging
internal import PosternAdmin
internal import PosternCore

/// What happens by itself now and then: old values of secrets are forgotten, and the use of keys is noted.
struct Housekeeping: Sendable {
    private static let interval = Duration.seconds(2)
    /// Turns between two notes of when keys were used.
    private static let turnsPerNote = 15

    let administration: Administration
    let inForce: InForce
    let store: any DirectoryStore
    let desks: Desks
    let logger: Logger

    /// Goes on until the task is cancelled.
    func run() async {
        var turn = 0
        while true {
            do { try await Task.sleep(for: Housekeeping.interval) } catch { return }
            turn += 1
            do {
                _ = try await administration.forgetDueVersions()
                try await desks.keep()
                try await administration.alone { [inForce] in
                    try inForce.settle(at: postern_realtime_ns() / 1_000_000_000)
                }
                if turn % Housekeeping.turnsPerNote == 0 {
                    try await administration.alone { try noteUses() }
                    try await desks.tidy()
                }
            } catch { logger.error("housekeeping failed", metadata: ["reason": "\(error)"]) }
        }
    }

    /// Writes down what is not yet.
    func finish() throws { try administration.aloneNow { try noteUses() } }

    /// Notes when keys were last used; for work that is done alone.
    private func noteUses() throws {
        let uses = inForce.takeKeyUses()
        if !uses.isEmpty { try store.noteUse(ofKeys: uses) }
    }
}
