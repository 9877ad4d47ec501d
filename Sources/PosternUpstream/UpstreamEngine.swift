internal import CCurl
internal import Glibc
package import PosternCore
package import PosternEventLoop

/// Makes, keeps and ends the upstream connections of one event loop.
///
/// libcurl's multi dials any number of them at once, its sockets watched by the loop. The handle of an open connection
/// stays in the multi, since taking it out would close the connection.
package final class UpstreamEngine {
    /// What an engine needs to know of the configuration.
    package struct Settings: Sendable {
        package var connectTimeout: Duration
        package var pooledConnectionLifetime: Duration
        package var maxPooledConnections: Int
        package var maxConnections: Int
        /// Where this daemon listens, which no upstream may be.
        package var ownEndpoints: Set<IPEndpoint>

        package init(_ settings: ProxySettings, ownEndpoints: Set<IPEndpoint>) {
            connectTimeout = settings.timeouts.connect
            pooledConnectionLifetime = settings.timeouts.pooledConnection
            maxPooledConnections = settings.requestLimits.maxPooledConnections
            maxConnections = settings.requestLimits.maxUpstreamConnections
            self.ownEndpoints = ownEndpoints
        }
    }

    /// Dials under way at once.
    ///
    /// Each may hold a resolver thread of libcurl's.
    private static let maxDials = 64
    /// Where distributions keep the authorities they trust: Debian, Fedora, Alpine.
    private static let systemAuthorities: String =
        (["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"] as [String])
        .first { path in access(path, R_OK) == 0 } ?? "/etc/ssl/certs/ca-certificates.crt"

    /// Takes effect for connections made from now on.
    package var settings: Settings

    private let loop: EventLoop
    private var multi: UnsafeMutableRawPointer?
    private var sockets: [CInt: DialSocket] = [:]
    private var pools: [UpstreamPool.Key: UpstreamPool] = [:]
    private var dialing: [UnsafeMutableRawPointer: UpstreamConnection] = [:]
    private var waiting: [UpstreamConnection] = []
    /// Whether connections may still be made and kept under a rule.
    private var isInForce: (AccessRule) -> Bool = { _ in true }
    private lazy var timer: Deadline = Deadline { [unowned self] in
        _ = postern_multi_timeout(multi)
        finishDials()
    }
    private lazy var sweep: Deadline = Deadline { [unowned self] in
        closeStale()
        loop.set(sweep, after: .seconds(1))
    }

    /// - Throws: ``UpstreamError/connectionRefused`` when libcurl cannot be set up.
    package init(on loop: EventLoop, settings: Settings) throws(UpstreamError) {
        self.loop = loop
        self.settings = settings
        multi = postern_multi_create(
            { context, socket, what in
                guard let context else { return }
                Unmanaged<UpstreamEngine>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
            },
            { context, milliseconds in
                guard let context else { return }
                Unmanaged<UpstreamEngine>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard multi != nil else { throw .connectionRefused }
        loop.set(sweep, after: .seconds(1))
    }

    /// Finds or makes a connection for `user`, who is told when it is up.
    ///
    /// With `offersHTTP2` the upstream may choose HTTP/2 (RFC 7301), and ``UpstreamConnection/isHTTP2`` tells what it chose.
    /// `mayReuse` is `false` for a second try, after a kept connection turned out dead.
    ///
    /// - Returns: the connection, and whether it is up already.
    /// - Throws: ``ProxyError/overloaded`` when the rule has as many connections as it may.
    package func lease(
        for rule: AccessRule,
        to destination: Destination,
        user: any UpstreamConnectionUser,
        offersHTTP2: Bool,
        mayReuse: Bool
    ) throws(ProxyError) -> (connection: UpstreamConnection, isOpen: Bool) {
        let key = UpstreamPool.Key(rule: rule, destination: destination)
        while mayReuse, let connection = pools[key]?.take() {
            guard connection.isQuiet() else {
                end(connection)
                continue
            }
            connection.isReused = true
            connection.user = user
            return (connection, true)
        }
        guard pools[key, default: UpstreamPool()].count < settings.maxConnections else { throw .overloaded }
        let policy = AddressPolicy(network: rule.network, own: settings.ownEndpoints)
        let connection = UpstreamConnection(
            key: key,
            policy: policy,
            offersHTTP2: offersHTTP2,
            loop: loop
        )
        pools[key, default: UpstreamPool()].count += 1
        connection.user = user
        if dialing.count < UpstreamEngine.maxDials {
            guard dial(connection) else {
                end(connection)
                throw .overloaded
            }
        } else {
            waiting.append(connection)
        }
        return (connection, false)
    }

    /// Takes a connection back.
    ///
    /// `isReusable` says whether it stands exactly between two exchanges.
    package func giveBack(_ connection: UpstreamConnection, isReusable: Bool) {
        connection.user = nil
        guard !connection.isClosed else { return }
        let idleCount = pools[connection.key]?.idleCount ?? 0
        guard isReusable, isInForce(connection.key.rule), idleCount < settings.maxPooledConnections else {
            end(connection)
            return
        }
        connection.idleSince = loop.now
        pools[connection.key]?.put(connection)
    }

    /// Closes connections that nobody uses, of rules that are no longer in force, and sees to it that those in use are not
    /// kept: the authority they were opened under is gone.
    package func discard(unless isInForce: @escaping (AccessRule) -> Bool) {
        self.isInForce = isInForce
        for key in Array(pools.keys) where !isInForce(key.rule) {
            while let connection = pools[key]?.take() { end(connection) }
        }
    }

    private func end(_ connection: UpstreamConnection) {
        // Before libcurl closes the descriptor, whose number another thread may be given at once.
        connection.stopWatching()
        if let handle = connection.handle {
            dialing[handle] = nil
            _ = curl_multi_remove_handle(multi, handle)
        } else {
            waiting.removeAll { $0 === connection }
        }
        pools[connection.key]?.count -= 1
        if pools[connection.key]?.isEmpty == true { pools[connection.key] = nil }
        connection.close()
        dialNext()
    }

    private func closeStale() {
        let lifetime = settings.pooledConnectionLifetime.wholeNanoseconds
        guard loop.now.nanoseconds > lifetime else { return }
        let moment = Instant(nanoseconds: loop.now.nanoseconds - lifetime)
        for key in Array(pools.keys) {
            while let connection = pools[key]?.takeStale(before: moment) { end(connection) }
        }
    }
}

@available(*, unavailable)
extension UpstreamEngine: Sendable {}

// Dialling.
extension UpstreamEngine {
    private func dial(_ connection: UpstreamConnection) -> Bool {
        let timeout = Int(clamping: settings.connectTimeout.wholeNanoseconds / 1_000_000)
        let dialSettings = Dial.Settings(
            timeoutMilliseconds: max(1, timeout),
            systemAuthorities: UpstreamEngine.systemAuthorities
        )
        guard let handle = connection.makeHandle(dialSettings) else { return false }
        dialing[handle] = connection
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else { return false }
        return true
    }

    private func dialNext() {
        while dialing.count < UpstreamEngine.maxDials, !waiting.isEmpty {
            let next = waiting.removeFirst()
            guard dial(next) else {
                let user = next.user
                end(next)
                user?.upstreamFailed(next, .connectionRefused)
                continue
            }
        }
    }

    private func finishDials() {
        var code = CURLE_OK
        while let handle = postern_multi_next_done(multi, &code) {
            guard let connection = dialing.removeValue(forKey: handle) else { continue }
            let user = connection.user
            if code == CURLE_OK, connection.opened() {
                user?.upstreamConnected(connection)
            } else {
                let error = connection.dialError(code)
                end(connection)
                user?.upstreamFailed(connection, error)
            }
            dialNext()
        }
    }

    fileprivate func socketReady(_ descriptor: CInt, _ readiness: Readiness) {
        let failed = !readiness.isDisjoint(with: .closed)
        _ = postern_multi_socket_ready(
            multi,
            descriptor,
            readiness.contains(.readable),
            readiness.contains(.writable),
            failed
        )
        finishDials()
    }

    private func setTimer(_ milliseconds: Int) {
        if milliseconds < 0 {
            loop.cancel(timer)
        } else {
            loop.set(timer, at: loop.now + .milliseconds(milliseconds))
        }
    }

    private func watch(_ descriptor: CInt, _ what: CInt) {
        guard what != CURL_POLL_REMOVE else {
            sockets.removeValue(forKey: descriptor)?.stop()
            return
        }
        var directions = Readiness()
        if what == CURL_POLL_IN || what == CURL_POLL_INOUT { directions.insert(.readable) }
        if what == CURL_POLL_OUT || what == CURL_POLL_INOUT { directions.insert(.writable) }
        if let known = sockets[descriptor], known.watch(directions) { return }
        // Either new, or libcurl closed a helper's descriptor without a word and the number came back.
        sockets[descriptor]?.stop()
        sockets[descriptor] = DialSocket(descriptor, directions, engine: self, on: loop)
    }
}

/// A descriptor that libcurl wants watched while it dials.
private final class DialSocket: ReadinessHandler {
    private let descriptor: CInt
    private unowned let engine: UpstreamEngine
    private let loop: EventLoop
    private var registration: EventLoop.Registration?

    init?(_ descriptor: CInt, _ directions: Readiness, engine: UpstreamEngine, on loop: EventLoop) {
        self.descriptor = descriptor
        self.engine = engine
        self.loop = loop
        guard let registration = try? loop.register(descriptor, .levels(directions), handler: self) else { return nil }
        self.registration = registration
    }

    func watch(_ directions: Readiness) -> Bool {
        guard let registration else { return false }
        return loop.rewatch(registration, descriptor, .levels(directions))
    }

    func stop() {
        if let registration { loop.deregister(registration, descriptor) }
        registration = nil
    }

    func descriptorIsReady(_ readiness: Readiness) { engine.socketReady(descriptor, readiness) }
}
