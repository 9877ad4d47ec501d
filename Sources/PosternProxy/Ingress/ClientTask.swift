internal import PosternCore

/// What a client's connection of HTTP/1, or its stream of HTTP/2, is busy with until its request is answered.
protocol ClientTask: AnyObject {
    func begin()
    /// The client has sent more, or takes more.
    func clientReady()
    /// The client's connection ends, for this reason.
    func clientGone(_ reason: ProxyError)
    /// Another directory is in force.
    func reviewAuthority(in snapshot: ProxySnapshot)
    /// The present phase has taken too long.
    func deadlineExpired()
}
