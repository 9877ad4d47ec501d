internal import CCurl
package import PosternCore

/// Sends requests of Postern's own to servers on the web: token endpoints, and keys of identity providers.
///
/// Over verified TLS, to addresses that may be dialled, without redirects, proxies and cookies; answers of at most 1 MiB.
package final class Fetcher: Sendable {
    /// How many may be on their way at once, and wait for that.
    private static let atOnce = 16
    private static let maxWaiting = 256

    private let own: Set<IPEndpoint>
    private let turns = Turns(atOnce: atOnce, maxWaiting: maxWaiting)

    /// Takes where this daemon itself listens, which is nothing to fetch from.
    package init(own: Set<IPEndpoint> = []) {
        self.own = own
        _ = postern_fetch_global_init()
    }

    /// Sends a request and waits for its answer.
    package func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchAnswer {
        guard request.url.destination.scheme == .https || request.url.isLoopback else { throw .notEncrypted }
        guard await turns.take() else { throw .overloaded }
        defer { turns.giveBack() }
        let transfer = Transfer(request, own: own)
        let result = await withTaskCancellationHandler {
            await BlockingWork.run { transfer.run() }
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }
}
