internal import Dispatch
internal import PosternCore

/// Counts uses in the store, one after another, away from the event loops.
final class StoreUses: UseLedger {
    /// More than this wait only if the disk does not answer.
    private static let maxWaiting = 4096

    private let store: any DirectoryStore
    private let queue = DispatchQueue(label: "postern.uses")
    private let waiting = DispatchSemaphore(value: maxWaiting)

    init(_ store: any DirectoryStore) { self.store = store }

    func count(_ limits: [UseLimit], completion: @escaping @Sendable (UseCount) -> Void) {
        guard waiting.wait(timeout: .now()) == .success else {
            completion(.unavailable)
            return
        }
        queue.async { [store, waiting] in
            defer { waiting.signal() }
            do throws(StoreError) {
                let exhausted = try store.countUse(of: limits)
                completion(exhausted.map { .usedUp(grant: $0) } ?? .counted)
            } catch { completion(.unavailable) }
        }
    }
}
