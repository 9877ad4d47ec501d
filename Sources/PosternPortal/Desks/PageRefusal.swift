/// Why a page cannot be shown, or what was asked for on it not be done.
///
/// The words reach the page as they are, so they hold no secret; they are escaped there.
package enum PageRefusal: Error, Hashable, Sendable {
    /// There is no such thing, or it is none of this person's.
    case notFound
    /// It is over: the session has ended, the code was used, somebody else has decided already.
    case over(String)
    /// This person may see it, and may not do that.
    case forbidden(String)
    /// What was given cannot be used.
    case invalid(String)
    /// Only those who are signed in may. A browser that another site sent here has left its session out, and is sent once
    /// more, to that path, by ourselves. The approval is shown to whoever signs in.
    case notSignedIn(retryingAt: String?, approval: String?)
    /// Too many wrong codes came from there.
    case tooManyGuesses
    /// It cannot be done now; trying again may help.
    case unavailable(String)
}
