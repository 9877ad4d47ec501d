internal import Crypto
internal import PosternCore

/// Where the pages are of somebody who is signed in.
///
/// Browsers send a cookie to every port of its host, so over http a session's cookie would reach whatever else serves pages
/// on this machine, an agent's program too. There it is set for a path that nobody knows but the browser that was sent to
/// it, and counts below that path alone: `/o/` and 128 bits, which no other origin is told (`Referrer-Policy`) and no page
/// below it links away from. Over https the cookie's name begins with `__Host-`, and the pages are at the top.
struct Room: Hashable, Sendable {
    static let top = Room(path: "")
    private static let segment = "o"
    /// How many digits name one: 128 bits.
    fileprivate static let digitCount = 32

    /// What the paths of its pages begin with.
    let path: String

    private init(path: String) { self.path = path }

    fileprivate init(digits: String) { path = "/\(Room.segment)/\(digits)" }

    /// The room that a path names, if it does, and what follows.
    static func split(_ segments: [String]) -> (room: Room?, rest: [String]) {
        guard segments.count >= 2, segments[0] == segment, segments[1].utf8.count == digitCount,
            segments[1].utf8.allSatisfy(HexDigit.lower.contains)
        else { return (nil, segments) }
        return (Room(digits: segments[1]), Array(segments.dropFirst(2)))
    }
}

/// Says which room is a session's.
struct Rooms: Sendable {
    let address: PortalAddress
    /// Dies with the process, as sessions do.
    private let key = SymmetricKey(size: .bits256)

    init(address: PortalAddress) { self.address = address }

    /// The room of a session's cookie, which nobody can tell from the cookie.
    func room(of cookie: String) -> Room {
        guard !address.isSecure else { return .top }
        let code = HMAC<SHA256>.authenticationCode(for: Array(cookie.utf8), using: key)
        let digits = HexDigit.text(of: Array(code)).prefix(Room.digitCount)
        return Room(digits: String(decoding: digits, as: UTF8.self))
    }

    /// The cookie among those that came which belongs to the room in the address, and that room.
    ///
    /// Another port can set cookies of the same name; they are those of no room.
    func session(of request: PortalRequest) -> (cookie: String, room: Room)? {
        guard !address.isSecure else {
            guard request.sessions.count == 1, let cookie = request.sessions.first else { return nil }
            return (cookie, .top)
        }
        guard let room = request.room else { return nil }
        let asked = Secret(text: room.path)
        return request.sessions.map { ($0, self.room(of: $0)) }.first { Secret(text: $1.path).isEqual(to: asked) }
    }
}
