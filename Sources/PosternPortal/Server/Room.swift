internal import Crypto
internal import PosternCore

/// Where the pages are of somebody who is signed in.
///
/// Browsers send a cookie to every port of its host, so over http a session's cookie would reach whatever else serves pages
/// on this machine, an agent's program too. There it is set for a path that nobody knows but the browser that was sent to
/// it, and counts below that path alone: `/o/` and 128 bits, which no other origin is told (`Referrer-Policy`) and no page
/// below it links away from. Over https the cookie's name begins with `__Host-`, and the pages are at the top.
struct Room: Hashable, Sendable {
    /// The first segment of every room's path.
    static let segment = "o"
    static let top = Room(path: "")

    /// What the paths of its pages begin with.
    let path: String
}

/// Says which room is a session's.
struct Rooms: Sendable {
    private static let byteCount = 16

    let address: PortalAddress
    /// Dies with the process, as sessions do.
    private let key = SymmetricKey(size: .bits256)

    init(address: PortalAddress) { self.address = address }

    /// The room of a session's cookie, which nobody can tell from the cookie.
    func room(of cookie: String) -> Room {
        guard !address.isSecure else { return .top }
        let code = HMAC<SHA256>.authenticationCode(for: Array(cookie.utf8), using: key)
        let digits = HexDigit.text(of: Array(code.prefix(Rooms.byteCount)))
        return Room(path: "/\(Room.segment)/\(String(decoding: digits, as: UTF8.self))")
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
