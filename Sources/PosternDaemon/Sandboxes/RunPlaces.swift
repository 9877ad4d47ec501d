internal import Glibc
internal import PosternSandbox
internal import Synchronization

/// How many connections to the run socket each user has: nobody can take the places of others.
final class RunPlaces: Sendable {
    /// As many as one user may have that have registered nothing.
    private static let maxWaiting = 64
    private static let maxWaitingOfAll = 512
    static let none = RunAnswer.Refusal(
        "too_many_sandboxes",
        "as many sandboxes are running as there may be",
        hint: "[run] max_sandboxes of proxy.conf says how many; one user has at most half of them"
    )

    private struct Counts {
        var waiting: [UInt32: Int] = [:]
        var running: [UInt32: Int] = [:]
        var allWaiting = 0
        var allRunning = 0
    }

    private let counts = Mutex(Counts())

    /// Whether one more of a user may connect.
    ///
    /// It is told by ``leave(_:)`` when that is over. Others do not keep root and the daemon's user out.
    func enter(_ userID: UInt32) -> Bool {
        counts.withLock { counts in
            guard RunPlaces.isOurs(userID) || counts.allWaiting < RunPlaces.maxWaitingOfAll,
                counts.waiting[userID, default: 0] < RunPlaces.maxWaiting
            else { return false }
            counts.waiting[userID, default: 0] += 1
            counts.allWaiting += 1
            return true
        }
    }

    /// Whether one that waits may run, of `limit` in all.
    ///
    /// It is told by ``unsettle(_:)`` when that is over. Root and the daemon's user may have all.
    func settle(_ userID: UInt32, of limit: Int) -> Bool {
        let share = RunPlaces.isOurs(userID) ? limit : (limit + 1) / 2
        return counts.withLock { counts in
            guard counts.allRunning < limit, counts.running[userID, default: 0] < share else { return false }
            RunPlaces.take(&counts.waiting, &counts.allWaiting, userID)
            counts.running[userID, default: 0] += 1
            counts.allRunning += 1
            return true
        }
    }

    /// The reverse of ``settle(_:of:)``.
    func unsettle(_ userID: UInt32) {
        counts.withLock { counts in
            RunPlaces.take(&counts.running, &counts.allRunning, userID)
            counts.waiting[userID, default: 0] += 1
            counts.allWaiting += 1
        }
    }

    /// The reverse of ``enter(_:)``.
    func leave(_ userID: UInt32) {
        counts.withLock { counts in RunPlaces.take(&counts.waiting, &counts.allWaiting, userID) }
    }

    /// Counts that go on from before a restart.
    func resume(_ userID: UInt32) {
        counts.withLock { counts in
            counts.running[userID, default: 0] += 1
            counts.allRunning += 1
        }
    }

    private static func isOurs(_ userID: UInt32) -> Bool { userID == 0 || userID == getuid() }

    private static func take(_ users: inout [UInt32: Int], _ all: inout Int, _ userID: UInt32) {
        let count = users[userID, default: 0]
        users[userID] = count > 1 ? count - 1 : nil
        all -= 1
    }
}
