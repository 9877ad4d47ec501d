internal import Dispatch
internal import Logging
internal import PosternCore

/// Counts uses in the store, one after another, away from the event loops.
final class StoreUses: UseLedger {
    /// More than this wait only if the disk does not answer.
    private static let maxWaiting = 4096

    private let store: any DirectoryStore
    private let logger: Logger
    private let queue = DispatchQueue(label: "postern.uses")
    private let waiting = DispatchSemaphore(value: maxWaiting)

    init(_ store: any DirectoryStore, _ logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func count(_ limits: [UseLimit], completion: @escaping @Sendable (UseCount) -> Void) {
        guard waiting.wait(timeout: .now()) == .success else {
            completion(.unavailable)
            return
        }
        queue.async { [store, waiting, logger] in
            defer { waiting.signal() }
            do throws(StoreError) {
                let exhausted = try store.countUse(of: limits)
                completion(exhausted.map { .usedUp(grant: $0) } ?? .counted)
            } catch {
                logger.error("a use of a grant could not be counted", metadata: ["reason": "\(error)"])
                completion(.unavailable)
            }
        }
    }
}
