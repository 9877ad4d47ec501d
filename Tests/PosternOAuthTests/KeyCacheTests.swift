import PosternCore
import Synchronization
import Testing

@testable import PosternOAuth

/// A source of keys that counts, and a clock that is turned by hand.
private final class Source: Sendable {
    let fetches = Atomic(0)
    let uptime = Atomic(Int64(1000))
    let answer: Mutex<Result<KeySet, UserTokenError>>

    init(_ ids: String...) {
        answer = Mutex(.failure(.unavailable(reason: "none")))
        publish(ids)
    }

    func publish(_ ids: [String]) {
        let keys = ids.map { #"{"kty":"OKP","crv":"Ed25519","kid":"\#($0)","x":"AAAA"}"# }.joined(separator: ",")
        let set = Secret(#"{"keys":[\#(keys)]}"#.utf8).withJSON { KeySet($0) }
        if let set { answer.withLock { $0 = .success(set) } }
    }

    func fail() { answer.withLock { $0 = .failure(.unavailable(reason: "down")) } }

    func wait(seconds: Int64) { uptime.wrappingAdd(seconds, ordering: .relaxed) }

    var count: Int { fetches.load(ordering: .relaxed) }

    func cache() -> KeyCache {
        KeyCache(
            fetch: { [self] in
                await Task.yield()
                fetches.wrappingAdd(1, ordering: .relaxed)
                return answer.withLock { $0 }
            },
            uptime: { [self] in uptime.load(ordering: .relaxed) }
        )
    }
}

@Suite("Keys of the identity provider")
struct KeyCacheTests {
    @Test("many who need them at once wait for one fetch")
    func fetchesOnce() async throws {
        let source = Source("a")
        let cache = source.cache()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try? await cache.keys(with: "a") } }
        }
        #expect(source.count == 1)
    }

    @Test("a key that is not known is looked for, and then not again for half a minute")
    func pauses() async throws {
        let source = Source("a")
        let cache = source.cache()
        _ = try await cache.keys(with: "a")
        for index in 0..<50 { #expect(try await !cache.keys(with: "invented-\(index)").holds("invented-\(index)")) }
        #expect(source.count == 1)
        source.publish(["a", "b"])
        source.wait(seconds: 30)
        #expect(try await cache.keys(with: "b").holds("b"))
        #expect(source.count == 2)
    }

    @Test("keys that were withdrawn are not taken for ever")
    func renews() async throws {
        let source = Source("a")
        let cache = source.cache()
        _ = try await cache.keys(with: "a")
        source.publish(["b"])
        source.wait(seconds: 899)
        #expect(try await cache.keys(with: "a").holds("a"))
        source.wait(seconds: 1)
        #expect(try await !cache.keys(with: "a").holds("a"))
    }

    @Test("known keys last for an hour if the provider is down, and no longer")
    func outlives() async throws {
        let source = Source("a")
        let cache = source.cache()
        _ = try await cache.keys(with: "a")
        source.fail()
        source.wait(seconds: 3599)
        #expect(try await cache.keys(with: "a").holds("a"))
        source.wait(seconds: 2)
        await #expect(throws: UserTokenError.unavailable(reason: "down")) { try await cache.keys(with: "a") }
    }

    @Test("a provider that could not be reached is asked again soon")
    func retries() async throws {
        let source = Source("a")
        let cache = source.cache()
        source.fail()
        for _ in 0..<10 { _ = try? await cache.keys(with: "a") }
        #expect(source.count == 1)
        source.publish(["a"])
        source.wait(seconds: 2)
        #expect(try await cache.keys(with: "a").holds("a"))
    }
}
