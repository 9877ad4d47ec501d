internal import PosternCore
internal import PosternUpstream

/// Finds upstreams for exchanges.
///
/// A client of HTTP/2 gets one that speaks it too, where the upstream does; a client of HTTP/1 gets a connection of its own,
/// which is no slower and has nothing to share.
final class UpstreamConnector {
    private static let maxRemembered = 1024

    private unowned let worker: ProxyWorker
    private var links: [UpstreamPool.Key: [HTTP2UpstreamConnection]] = [:]
    /// Where HTTP/2 was offered and not taken.
    private var withoutHTTP2: Set<UpstreamPool.Key> = []

    init(worker: ProxyWorker) { self.worker = worker }

    /// Finds or makes an upstream for `user`, who is told which it is and when it is there.
    ///
    /// `mayReuse` is `false` for a second try, after a kept connection turned out dead.
    ///
    /// - Throws: ``ProxyError/overloaded`` when the rule has as many connections as it may.
    func connect(
        _ request: UpstreamRequest,
        user: any UpstreamUser,
        prefersHTTP2: Bool,
        mayReuse: Bool
    ) throws(ProxyError) {
        let key = UpstreamPool.Key(rule: request.rule, destination: request.destination)
        guard prefersHTTP2, request.destination.scheme == .https, !withoutHTTP2.contains(key) else {
            let upstream = HTTP1Upstream(request, user: user, worker: worker)
            let lease = try worker.engine.lease(
                for: request.rule,
                to: request.destination,
                user: upstream,
                offersHTTP2: false,
                mayReuse: mayReuse
            )
            upstream.use(lease.connection)
            user.upstreamChosen(upstream, isOpen: lease.isOpen)
            return
        }
        let upstream = HTTP2Upstream(request, user: user, worker: worker)
        if let link = links[key]?.first(where: { $0.takesRequest && (mayReuse || $0.session == nil) }) {
            link.add(upstream, user: user)
            return
        }
        let link = HTTP2UpstreamConnection(key, connector: self, worker: worker)
        let lease = try worker.engine.lease(
            for: request.rule,
            to: request.destination,
            user: link,
            offersHTTP2: true,
            mayReuse: false
        )
        link.use(lease.connection)
        links[key, default: []].append(link)
        link.add(upstream, user: user)
    }

    /// The upstream of `link` speaks HTTP/1.1 only: its connection serves one of those who wait for it, and the others get
    /// connections of their own.
    func speaksHTTP1(
        _ connection: UpstreamConnection,
        on link: HTTP2UpstreamConnection,
        _ waiting: [HTTP2Upstream]
    ) {
        closed(link)
        // A rule for any host below a name has no end of destinations.
        if withoutHTTP2.count >= UpstreamConnector.maxRemembered { withoutHTTP2 = [] }
        withoutHTTP2.insert(link.key)
        var waiting = waiting[...]
        if let first = waiting.popFirst(), let user = first.user {
            let upstream = HTTP1Upstream(first.request, user: user, worker: worker)
            upstream.use(connection)
            connection.user = upstream
            user.upstreamChosen(upstream, isOpen: true)
        } else {
            worker.engine.giveBack(connection, isReusable: true)
        }
        connectAnew(waiting, prefersHTTP2: false)
    }

    /// Finds other upstreams for requests that a connection does not take.
    func connectAnew(_ waiting: some Sequence<HTTP2Upstream>, prefersHTTP2: Bool) {
        for other in waiting {
            guard let user = other.user else { continue }
            do throws(ProxyError) {
                try connect(other.request, user: user, prefersHTTP2: prefersHTTP2, mayReuse: true)
            } catch { user.upstreamFailed(.connectionRefused) }
        }
    }

    /// A connection is no more.
    func closed(_ link: HTTP2UpstreamConnection) {
        links[link.key]?.removeAll { $0 === link }
        if links[link.key]?.isEmpty == true { links[link.key] = nil }
    }

    /// Sees to it that no connection made under a rule that is no longer in force carries another request.
    func discard(unless isInForce: (AccessRule) -> Bool) {
        withoutHTTP2 = withoutHTTP2.filter { isInForce($0.rule) }
        for (key, gone) in links where !isInForce(key.rule) {
            for link in gone { link.retire() }
            links[key] = nil
        }
    }
}

@available(*, unavailable)
extension UpstreamConnector: Sendable {}
