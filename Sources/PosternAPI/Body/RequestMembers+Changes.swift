internal import PosternAdmin
internal import PosternCore

extension RequestMembers {
    /// A hundred years: times are counted in nanoseconds, which end in 2262.
    private static let maxSeconds = 100 * 366 * 86_400

    /// What a change does to a member that may be `null`: nothing if it is absent.
    mutating func change<Value: Sendable>(
        _ name: String,
        _ read: (inout RequestMembers) throws(ControlRefusal) -> Value?
    ) throws(ControlRefusal) -> Change<Value?> {
        guard has(name) else { return .keep }
        return .set(try read(&self))
    }

    /// What a change does to a member that has a value always: `null` is `empty`.
    mutating func change<Value: Sendable>(
        _ name: String,
        empty: Value,
        _ read: (inout RequestMembers) throws(ControlRefusal) -> Value?
    ) throws(ControlRefusal) -> Change<Value> {
        guard has(name) else { return .keep }
        return .set(try read(&self) ?? empty)
    }

    /// When something that is to be made ends, by `expires_at` or `ttl_s`.
    mutating func expiry() throws(ControlRefusal) -> Expiry {
        let time = try text("expires_at")
        let seconds = try integer("ttl_s", minimum: 1)
        switch (time, seconds) {
        case (nil, nil): return .never
        case (let time?, nil):
            guard let time = Timestamp.parse(time) else {
                throw .invalid("\(path)expires_at is not a time such as 2027-01-31T12:00:00Z")
            }
            return .at(time)
        case (nil, let seconds?):
            guard seconds <= RequestMembers.maxSeconds else { throw .invalid("\(path)ttl_s is too large") }
            return .after(.seconds(seconds))
        case (_?, _?): throw .invalid("\(path)expires_at and ttl_s exclude one another")
        }
    }

    /// A number of seconds, at most a hundred years.
    mutating func seconds(_ name: String) throws(ControlRefusal) -> Duration? {
        guard let seconds = try integer(name, minimum: 0) else { return nil }
        guard seconds <= RequestMembers.maxSeconds else { throw .invalid("\(path)\(name) is too large") }
        return .seconds(seconds)
    }
}
